import pg from 'pg';

const client = new pg.Client();
await client.connect();
await client.query('BEGIN');
const { rowCount } = await client.query("INSERT INTO desk.migrations VALUES ('escalation') ON CONFLICT DO NOTHING");
if (rowCount === 1) await client.query('ALTER TABLE desk.tickets ADD COLUMN escalated_at timestamptz');
await client.query('COMMIT');
await client.end();
