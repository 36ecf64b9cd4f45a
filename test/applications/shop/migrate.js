const [name, migration] = process.argv.slice(2);
const library = require(name);
const { settingsFor } = require('./settings.js');

/** Production came to be from the entities of the older version; from then on there are migrations. */
async function make() {
  const settings = settingsFor(library);
  settings.dbConnectionOptions.synchronize = true;
  const app = await library.bootstrap(settings);
  await app.close();
}

const work = name === 'vendure-previous' ? make() : library.runMigrations(settingsFor(library, migration));
work.catch((error) => {
  console.error(error);
  process.exit(1);
});
