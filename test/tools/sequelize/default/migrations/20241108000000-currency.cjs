/** As the tool's documentation shows it: no transaction, so the column is there before the tool writes it down. */
module.exports = {
  up: (queryInterface, { TEXT }) =>
    queryInterface.addColumn('orders', 'currency', { type: TEXT, allowNull: false, defaultValue: 'EUR' }),
  down: (queryInterface) => queryInterface.removeColumn('orders', 'currency'),
};
