import pg from 'pg';

const client = new pg.Client();
await client.connect();
const { rows } = await client.query('SELECT id, content FROM documents');
const ids = rows.map((row) => row.id);
const counts = rows.map((row) => row.content.trim().split(' ').length);
await client.query(
  `UPDATE documents SET word_count = counted.words
   FROM unnest($1::int[], $2::int[]) AS counted (id, words) WHERE counted.id = documents.id`,
  [ids, counts],
);
await client.end();
