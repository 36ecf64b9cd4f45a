export const up = (knex) =>
  knex.schema.createTable('orders', (table) => {
    table.bigIncrements('id');
    table.text('customer').notNullable();
    table.integer('total_cents').notNullable();
    table.timestamp('placed_at').notNullable().defaultTo(knex.fn.now());
  });

export const down = (knex) => knex.schema.dropTable('orders');
