import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { rows } = await client.query("SELECT version FROM schema_migrations WHERE version = '001_notes.sql'");
await client.end();
if (rows.length === 0) throw new Error('001_notes.sql was never applied');
console.log('no migrations pending');
