import { createServer } from 'node:http';
import postgres from 'postgres';

/** The driver prepares every query on its connection, and asks once more by itself only outside a transaction. */
const sql = postgres(process.env.DATABASE_URL, { max: 3, onnotice: () => undefined });

/** Who looks is counted together with what was seen. */
const lookUp = (no) =>
  sql.begin(async (tx) => {
    const [citizen] = await tx`SELECT * FROM citizens WHERE no = ${no}`;
    await tx`UPDATE citizens SET seen = seen + 1 WHERE no = ${no}`;
    return { family: citizen.family_name };
  });

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
