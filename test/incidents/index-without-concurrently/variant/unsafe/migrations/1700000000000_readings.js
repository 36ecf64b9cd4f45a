export const up = (pgm) => {
  pgm.createTable('readings', {
    reading_no: { type: 'integer', primaryKey: true, sequenceGenerated: { precedence: 'BY DEFAULT' } },
    station: { type: 'text', notNull: true },
    celsius: { type: 'real', notNull: true },
    checked: { type: 'boolean', notNull: true, default: false },
  });
};

export const down = (pgm) => pgm.dropTable('readings');
