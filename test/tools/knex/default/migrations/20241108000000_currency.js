export async function up(knex) {
  await knex.schema.alterTable('orders', (table) => table.text('currency').notNullable().defaultTo('EUR'));
  await knex.schema.createTable('shipments', (table) => {
    table.bigIncrements('id');
    table.bigInteger('order_id').notNullable().references('orders.id');
    table.text('carrier').notNullable();
  });
}

export async function down(knex) {
  await knex.schema.dropTable('shipments');
  await knex.schema.alterTable('orders', (table) => table.dropColumn('currency'));
}
