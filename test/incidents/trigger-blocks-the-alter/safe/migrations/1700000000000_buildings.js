export const up = (pgm) => {
  pgm.createTable('buildings', {
    id: { type: 'bigint', primaryKey: true, sequenceGenerated: { precedence: 'ALWAYS' } },
    address: { type: 'text', notNull: true },
    owner: { type: 'varchar(40)', notNull: true },
  });
};

export const down = (pgm) => pgm.dropTable('buildings');
