export const up = (pgm) => {
  pgm.createTable('points', {
    entry: { type: 'integer', primaryKey: true, sequenceGenerated: { precedence: 'BY DEFAULT' } },
    player: { type: 'integer', notNull: true },
    reason: { type: 'varchar(40)', notNull: true },
    points: { type: 'integer', notNull: true },
  });
};

export const down = (pgm) => pgm.dropTable('points');
