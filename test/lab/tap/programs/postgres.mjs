import postgres from 'postgres';

/** The `postgres` package: describes before it binds, pipelines by itself, cursors and COPY as streams. */
const say = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const sql = postgres({
  host: process.env.PGHOST,
  port: Number(process.env.PGPORT),
  user: process.env.PGUSER,
  password: process.env.PGPASSWORD,
  database: process.env.PGDATABASE,
  max: 1,
  onnotice: ({ severity, message }) => say({ severity, message }),
});
const refused = ({ code, message }) => say({ code, message });

await sql`CREATE TABLE things (id int PRIMARY KEY, name text, tags text[], doc jsonb)`;
for (const id of [1, 2, 3]) {
  await sql`INSERT INTO things ${sql({ id, name: `thing ${id}`, tags: ['a', 'b'], doc: { id } })}`;
}
say(await sql`SELECT * FROM things WHERE id = ${2}`);
say(await sql`SELECT name FROM things WHERE id = ANY(${[1, 3]}) ORDER BY id`);
say(await sql.unsafe('SELECT 1 AS a; SELECT 2 AS b'));
say(await Promise.all([sql`SELECT 1 AS x`, sql`SELECT ${'two'} AS x`, sql`SELECT count(*) FROM things`]));
await sql`SELECT ${1}::int / 0`.catch(refused);
await sql`SELECT missing FROM things`.catch(refused);
await sql`DO $$ BEGIN RAISE WARNING 'mind'; END $$`;
await sql
  .begin(async (tx) => {
    await tx`UPDATE things SET name = upper(name)`;
    await tx.savepoint((inner) => inner`INSERT INTO things (id) VALUES (1)`).catch(refused);
    say(await tx`SELECT name FROM things ORDER BY id`);
    throw Object.assign(new Error('undone'), { code: 'mine' });
  })
  .catch(refused);
for await (const rows of sql`SELECT generate_series(1, 25) AS n`.cursor(10)) say(rows.map(({ n }) => n));
const readable = await sql`COPY (SELECT id, name FROM things ORDER BY id) TO STDOUT`.readable();
for await (const chunk of readable) say(String(chunk));
await sql`DROP TABLE things`;
await sql.end();
