const library = require(process.argv[2]);
const { settingsFor } = require('./settings.js');

library.bootstrap(settingsFor(library)).catch((error) => {
  console.error(error);
  process.exit(1);
});
