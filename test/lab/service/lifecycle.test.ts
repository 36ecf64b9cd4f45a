import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RehearsalEvent, type RehearsalStatus, transition } from '../../../shared/domain/rehearsal.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import { startDatabase } from './parts.ts';

const statuses: readonly RehearsalStatus[] = ['queued', 'running', 'judged', 'cancelled', 'failed'];
const events: readonly RehearsalEvent[] = ['start', 'judge', 'cancel', 'fail', 'requeue'];

let database: Awaited<ReturnType<typeof startDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await startDatabase();
  await (await openStore({ url: database.url, onError: () => undefined }))[Symbol.asyncDispose]();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`INSERT INTO bundles (digest, bytes) VALUES ('sha256:0', 1)`);
});
afterAll(async () => {
  await client.end();
  await database[Symbol.asyncDispose]();
});

const verdictFor = (status: RehearsalStatus) => (status === 'judged' ? "'pass'" : 'NULL');
let attempts = 0;

async function insert(status: RehearsalStatus): Promise<string> {
  attempts += 1;
  const id = `rh-${String(attempts).padStart(16, '0')}`;
  await client.query(
    `INSERT INTO rehearsals (id, status, attempt, service, version, environment, owners, bundle_digest, snapshot,
       rules_digest, seed, waivers_count, submitted_by, verdict, sentence, report)
     VALUES ($1, $2, $3, 'alerts', '1', 'production', '{}', 'sha256:0', 'sql', 'sha256:1', 1, false, 'ci',
       ${verdictFor(status)}, 'It passes.', '{}')`,
    [id, status, attempts],
  );
  return id;
}

const refusal = (query: Promise<unknown>): Promise<string> =>
  query.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? 'no code',
  );

describe('the database', () => {
  it('lets a rehearsal become what the domain lets it become, and nothing else', async () => {
    for (const from of statuses) {
      const reachable = new Set(events.map((event) => transition(from, event)));
      for (const to of statuses) {
        if (from === to) continue;
        const id = await insert(from);
        const set = `UPDATE rehearsals SET status = '${to}', verdict = ${verdictFor(to)} WHERE id = '${id}'`;
        const expected = reachable.has(to) ? 'done' : '23514';
        expect({ from, to, said: await refusal(client.query(set)) }).toEqual({ from, to, said: expected });
      }
    }
  });

  it.each([
    ['verdict', "verdict = 'fail'"],
    ['sentence', "sentence = 'It fails.'"],
    ['report', `report = '{"verdict":"fail"}'`],
    ['question', "version = '2'"],
    ['bundle', "bundle_digest = 'sha256:2'"],
  ])('never changes the %s of what was judged', async (_name, change) => {
    const id = await insert('judged');
    expect(await refusal(client.query(`UPDATE rehearsals SET ${change} WHERE id = '${id}'`))).toBe('23514');
  });

  it('keeps what was judged and what people decided', async () => {
    const id = await insert('judged');
    await client.query(`INSERT INTO waivers (service, "check", by, reason, expires_at)
      VALUES ('alerts', 'lost-rows', 'Ada', 'known', now())`);
    await client.query(`INSERT INTO overrides (service, version, environment, by, reason, expires_at)
      VALUES ('alerts', '1', 'production', 'Ada', 'known', now())`);
    await client.query(`INSERT INTO audit (action, actor, subject, detail) VALUES ('gate', 'ci', 'x', '{}')`);
    expect(await refusal(client.query(`DELETE FROM rehearsals WHERE id = '${id}'`))).toBe('23514');
    for (const table of ['waivers', 'overrides', 'audit']) {
      expect(await refusal(client.query(`DELETE FROM ${table}`))).toBe('23514');
      const column = table === 'audit' ? 'actor' : 'by';
      expect(await refusal(client.query(`UPDATE ${table} SET ${column} = 'Eve'`))).toBe('23514');
    }
  });
});
