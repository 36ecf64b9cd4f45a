/** The tool writes down what it did in a transaction of its own; what may be done twice needs no other. */
module.exports = {
  up: (queryInterface) =>
    queryInterface.sequelize.query("ALTER TABLE orders ADD COLUMN IF NOT EXISTS currency text NOT NULL DEFAULT 'EUR'"),
  down: (queryInterface) => queryInterface.removeColumn('orders', 'currency'),
};
