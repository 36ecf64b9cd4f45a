import pg from 'pg';

const client = new pg.Client();
await client.connect();
const { rows } = await client.query('SELECT id, content FROM documents');
const ids = rows.map((row) => row.id);
const counts = rows.map((row) => Buffer.byteLength(row.content));
await client.query(
  `UPDATE documents SET byte_count = counted.bytes
   FROM unnest($1::int[], $2::int[]) AS counted (id, bytes) WHERE counted.id = documents.id`,
  [ids, counts],
);
await client.end();
