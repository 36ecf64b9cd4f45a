/** As it has to be for a concurrent index build, which somebody had meant to add here. */
export const config = { transaction: false };

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
