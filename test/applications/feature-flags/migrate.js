/** The server's own migrations, by the function that it calls itself when it starts. */
const { default: migrator } = await import(`${process.argv[2]}/dist/migrator.js`);
const { hostname, port, username, password, pathname } = new URL(process.env.DATABASE_URL);
const server = { driver: 'pg', host: hostname, port: Number(port), ssl: false };
await migrator.migrateDb({
  db: { ...server, user: username, password, database: pathname.slice(1), schema: 'public' },
});
