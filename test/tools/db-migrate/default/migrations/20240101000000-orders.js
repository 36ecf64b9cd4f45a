export const up = (db) =>
  db.createTable('orders', {
    id: { type: 'bigint', primaryKey: true, autoIncrement: true },
    customer: { type: 'text', notNull: true },
    total_cents: { type: 'int', notNull: true },
    placed_at: { type: 'timestamptz', notNull: true, defaultValue: { raw: 'now()' } },
  });

export const down = (db) => db.dropTable('orders');
