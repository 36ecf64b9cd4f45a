export const up = (pgm) => {
  pgm.createTable('shipments', {
    id: { type: 'bigint', primaryKey: true, sequenceGenerated: { precedence: 'ALWAYS' } },
    order_id: { type: 'bigint', notNull: true, references: 'orders' },
    carrier: { type: 'text', notNull: true },
  });
};

export const down = (pgm) => pgm.dropTable('shipments');
