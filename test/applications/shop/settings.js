const { join } = require('node:path');

/** What the shop is started and migrated with, whichever version of its library is at work. */
exports.settingsFor = (library, migration) => ({
  apiOptions: {
    hostname: process.env.HOST,
    port: Number(process.env.PORT ?? 0),
    adminApiPath: 'admin-api',
    shopApiPath: 'shop-api',
  },
  authOptions: {
    tokenMethod: 'cookie',
    cookieOptions: { secret: 'made up for a test' },
    superadminCredentials: { identifier: 'superadmin', password: 'superadmin' },
  },
  dbConnectionOptions: {
    type: 'postgres',
    url: process.env.DATABASE_URL,
    synchronize: false,
    migrations: migration === undefined ? [] : [join(__dirname, 'migrations', migration)],
  },
  logger: new library.DefaultLogger({ level: library.LogLevel.Warn }),
  paymentOptions: { paymentMethodHandlers: [library.dummyPaymentHandler] },
  plugins: [],
});
