import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import type { SqlSession } from '../../shared/edge/ports/sql.ts';
import { runLimits } from '../../shared/plan/limits.ts';
import { queryShapes } from '../../shared/plan/query-shapes.ts';
import { costShapes } from '../../workers/probes/cost-shapes.ts';
import { prepareShapes } from '../../workers/probes/prepare-shapes.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';

/**
 * So many query shapes, prepared on each of ten states and on the untouched one before each, as a rehearsal does it in
 * ten runs; against PREPARE and DEALLOCATE of the same texts by hand.
 * `node test/bench/query-shapes.ts --shapes 5000 --states 10`
 */
const targetSeconds = 30;

const { values } = parseArgs({
  options: { shapes: { type: 'string', default: '5000' }, states: { type: 'string', default: '10' } },
});
const wanted = Number(values.shapes);
const states = Number(values.states);
const columns = 40;
const tables = Math.ceil(wanted / columns);

await using server = await startEmbeddedPostgres();
await using admin = await pgSql.connect(server.address, 'rehearsal/bench');
for (let table = 0; table < tables; table += 1) {
  const list = Array.from({ length: columns }, (_, column) => `c${column} text`).join(', ');
  await admin.query(`CREATE TABLE t${table} (id bigint PRIMARY KEY, ${list})`);
}
const shapes = Array.from({ length: Math.ceil(wanted / runLimits.queryShapes) }, (_, part) => {
  const from = part * runLimits.queryShapes;
  const sent = Array.from({ length: Math.min(runLimits.queryShapes, wanted - from) }, (_, index) => ({
    sql: textOf(from + index),
    session: 1,
  }));
  return queryShapes(sent, [], new Map()).shapes;
}).flat();

let oursMs = 0;
let plansMs = 0;
let broken = 0;
for (let state = 0; state < states; state += 1) {
  oursMs += await timed(async (session) => void (await prepareShapes(session, shapes)));
  await admin.query(`ALTER TABLE t${state} DROP COLUMN c0`);
  oursMs += await timed(async (session) => {
    broken = (await prepareShapes(session, shapes)).size;
  });
  plansMs +=
    2 * (await timed(async (session) => void (await costShapes(session, shapes.slice(-runLimits.plannedShapes)))));
}
const byHandMs =
  2 *
  states *
  (await timed(async (session) => {
    for (const { sql } of shapes) {
      // Those on columns that are gone by now are refused, here too.
      await session.query(`PREPARE by_hand AS ${sql}`).catch(() => undefined);
      await session.query('DEALLOCATE ALL');
    }
  }));
const seconds = (ms: number): string => (ms / 1000).toFixed(1);
process.stdout.write(
  `${[
    `${shapes.length} shapes, ${states} states, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the end`,
    `prepared before and on each state: ${seconds(oursMs)} s; ${broken} broken at the end`,
    `PREPARE and DEALLOCATE by hand: ${seconds(byHandMs)} s (${(byHandMs / oursMs).toFixed(1)}×)`,
    `plans of ${Math.min(shapes.length, runLimits.plannedShapes)} of them besides: ${seconds(plansMs)} s`,
    `target ≤ ${targetSeconds} s for both: ${oursMs + plansMs <= targetSeconds * 1000 ? 'met' : 'missed'}`,
  ].join('\n')}\n`,
);

function textOf(index: number): string {
  const [table, column] = [Math.floor(index / columns), index % columns];
  return `SELECT a.id, a.c${column}, count(*) FROM t${table} a JOIN t${(table + 1) % tables} b USING (id)
    WHERE a.c${column} = 'x' AND b.id > 3 GROUP BY a.id, a.c${column} ORDER BY 1 LIMIT 10`;
}

async function timed(work: (session: SqlSession) => Promise<void>): Promise<number> {
  await using session = await pgSql.connect(server.address, 'rehearsal/bench');
  const beginMs = performance.now();
  await work(session);
  return performance.now() - beginMs;
}
