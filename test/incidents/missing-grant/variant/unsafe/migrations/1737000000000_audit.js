export const up = (pgm) => {
  pgm.createTable('audit', {
    entry: { type: 'serial', primaryKey: true },
    customer_no: { type: 'integer', notNull: true },
    what: { type: 'text', notNull: true },
  });
  pgm.sql('GRANT SELECT, INSERT ON audit TO portal');
};

export const down = (pgm) => pgm.dropTable('audit');
