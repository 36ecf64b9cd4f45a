export class Orders1704067200000 {
  async up(runner) {
    await runner.query(`CREATE TABLE orders (
      id bigserial PRIMARY KEY,
      customer text NOT NULL,
      total_cents integer NOT NULL,
      placed_at timestamptz NOT NULL DEFAULT now()
    )`);
  }

  async down(runner) {
    await runner.dropTable('orders');
  }
}
