const library = require('vendure-next');
const { statements } = require('./as-generated.js');

/** As the library's notes for this version ask for: what the dropped columns hold is copied before they go. */
exports.WithItsRows = class {
  name = 'WithItsRows1796034702823';

  async up(runner) {
    const firstLoss = statements.findIndex((statement) => statement.includes('DROP COLUMN'));
    for (const statement of statements.slice(0, firstLoss)) await runner.query(statement);
    await library.migrateProductOptionGroupData(runner);
    await library.migrateAssetTranslationData(runner);
    for (const statement of statements.slice(firstLoss)) await runner.query(statement);
  }

  async down() {
    throw new Error('There is no way back: what was in the dropped columns is gone.');
  }
};
