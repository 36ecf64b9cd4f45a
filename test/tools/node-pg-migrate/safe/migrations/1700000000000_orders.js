export const up = (pgm) => {
  pgm.createTable('orders', {
    id: { type: 'bigint', primaryKey: true, sequenceGenerated: { precedence: 'ALWAYS' } },
    customer: { type: 'text', notNull: true },
    total_cents: { type: 'integer', notNull: true },
    placed_at: { type: 'timestamptz', notNull: true, default: pgm.func('now()') },
  });
};

export const down = (pgm) => pgm.dropTable('orders');
