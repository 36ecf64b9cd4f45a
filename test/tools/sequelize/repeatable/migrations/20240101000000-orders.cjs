module.exports = {
  up: (queryInterface, { BIGINT, DATE, INTEGER, TEXT, fn }) =>
    queryInterface.createTable('orders', {
      id: { type: BIGINT, primaryKey: true, autoIncrement: true },
      customer: { type: TEXT, allowNull: false },
      total_cents: { type: INTEGER, allowNull: false },
      placed_at: { type: DATE, allowNull: false, defaultValue: fn('now') },
    }),
  down: (queryInterface) => queryInterface.dropTable('orders'),
};
