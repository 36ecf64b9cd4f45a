import { createServer } from 'node:http';
import postgres from 'postgres';

const connect = () => postgres(process.env.DATABASE_URL, { max: 3, onnotice: () => undefined });
/** The driver prepares every query on its connection, and asks once more by itself only outside a transaction. */
let sql = connect();

/** Who looks is counted together with what was seen. */
const lookUpOn = (pool, no) =>
  pool.begin(async (tx) => {
    const [citizen] = await tx`SELECT * FROM citizens WHERE no = ${no}`;
    await tx`UPDATE citizens SET seen = seen + 1 WHERE no = ${no}`;
    return { family: citizen.family_name };
  });

/** A plan from before a deploy: all connections of that time are drained, and the question is asked on new ones. */
async function lookUp(no) {
  const pool = sql;
  try {
    return await lookUpOn(pool, no);
  } catch (error) {
    if (error.code !== '0A000' || !error.message.startsWith('cached plan must not')) throw error;
    if (sql === pool) sql = connect();
    pool.end().catch((lost) => console.error(`draining: ${lost.message}`));
    return await lookUpOn(sql, no);
  }
}

const server = createServer(async (request, response) => {
  const [, no] = /^\/citizens\/(\d+)$/.exec(request.url) ?? [];
  try {
    const body = no === undefined ? { error: 'no such page' } : await lookUp(Number(no));
    response.writeHead(no === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  } catch (error) {
    console.error(`${request.url}: ${error.message}`);
    response.writeHead(500).end();
  }
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.once('SIGTERM', () => {
  server.close(() => sql.end());
  server.closeAllConnections();
});
