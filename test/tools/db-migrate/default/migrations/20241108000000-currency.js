export async function up(db) {
  await db.addColumn('orders', 'currency', { type: 'text', notNull: true, defaultValue: 'EUR' });
  await db.createTable('shipments', {
    id: { type: 'bigint', primaryKey: true, autoIncrement: true },
    order_id: { type: 'bigint', notNull: true },
    carrier: { type: 'text', notNull: true },
  });
}

export async function down(db) {
  await db.dropTable('shipments');
  await db.removeColumn('orders', 'currency');
}
