import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';
import Cursor from 'pg-cursor';

/** `pg` the way programs use it: one by one, pipelined, by cursor, copying; then `pg-pool` would do no more. */
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const refused = (error) => say({ code: error.code, message: error.message, position: error.position });

const client = new pg.Client();
client.on('notice', ({ severity, message }) => say({ severity, message }));
client.on('notification', ({ channel, payload }) => say({ channel, payload }));
await client.connect();
const ask = (...query) =>
  client.query(...query).then(({ command, rowCount, rows }) => say([command, rowCount, rows]), refused);

await ask('CREATE TABLE items (id int PRIMARY KEY, name text, n numeric, at timestamptz, raw bytea)');
await ask(
  "INSERT INTO items SELECT g, 'item ' || g, g / 3.0, 'epoch'::timestamptz + g * interval '1 day', decode('00ff', 'hex') FROM generate_series(1, 25) g",
);
await ask('SELECT * FROM items WHERE id = $1', [7]);
await ask({ name: 'by-id', text: 'SELECT name FROM items WHERE id = $1', values: [8] });
await ask({ name: 'by-id', text: 'SELECT name FROM items WHERE id = $1', values: [9] });
await ask('SELECT $1::int / 0', [1]);
await ask('SELECT * FROM nowhere WHERE id = $1', [1]);
await ask("DO $$ BEGIN RAISE NOTICE 'told %', 1; END $$");
await ask('BEGIN');
await ask('INSERT INTO items (id) VALUES (7)');
await ask('SELECT 1');
await ask('ROLLBACK');
await ask('SELECT 1 AS a; SELECT 2 AS b');
await ask({ text: 'SELECT id FROM items ORDER BY id', rowMode: 'array', rows: 10 });
await ask('LISTEN news');
await ask("NOTIFY news, 'fresh'");

const cursor = client.query(new Cursor('SELECT id, name FROM items WHERE id > $1 ORDER BY id', [3]));
for (let rows = await cursor.read(10); rows.length > 0; rows = await cursor.read(10)) say(rows);
await cursor.close();
const early = client.query(new Cursor('SELECT generate_series(1, 1000)'));
say(await early.read(2));
await early.close();

await client.query('CREATE TABLE copied (id int, name text)');
const lines = Array.from({ length: 3_000 }, (_, id) => `${id}\tname of ${id}\n`);
await pipeline(Readable.from(lines), client.query(from('COPY copied FROM STDIN')));
let bytes = 0;
for await (const chunk of client.query(to('COPY copied TO STDOUT'))) bytes += chunk.length;
say({ bytes });
await pipeline(Readable.from(['1\tone\n', 'x\ttwo\n']), client.query(from('COPY copied FROM STDIN'))).catch(refused);
await ask('SELECT count(*), sum(id) FROM copied');
await client.end();

const piped = new pg.Client({ pipeline: true });
await piped.connect();
const answers = await Promise.allSettled([
  piped.query('SELECT $1::text AS a', ['first']),
  piped.query({ name: 'piped', text: 'SELECT $1::int AS b', values: [2] }),
  piped.query('SELECT 1 / $1::int', [0]),
  piped.query('UPDATE items SET n = n + $1 WHERE id = $2', [1, 4]),
  piped.query('SELECT n FROM items WHERE id = $1', [4]),
]);
for (const { value, reason } of answers) say(reason?.code ?? value.rows);
await piped.query('DROP TABLE items, copied');
await piped.end();
