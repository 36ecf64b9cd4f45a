export const up = (pgm) => {
  pgm.createTable('orders', {
    number: { type: 'integer', primaryKey: true, sequenceGenerated: { precedence: 'BY DEFAULT' } },
    customer: { type: 'varchar(80)', notNull: true },
    state: { type: 'varchar(20)', notNull: true, default: 'placed' },
  });
};

export const down = (pgm) => pgm.dropTable('orders');
