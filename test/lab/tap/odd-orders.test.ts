import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Tap, TapHooks } from '../../../shared/edge/ports/tap.ts';
import { message } from '../../../workers/tap/messages.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import * as wire from './clients.ts';
import { RawClient, tapBefore } from './clients.ts';
import { cut, oddMessages, randomFrom } from './odd-messages.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const watched: TapHooks = { arrived: async () => undefined, finished: async () => undefined };
const waiting: TapHooks = { arrived: turn, finished: turn };

let server: EmbeddedPostgres;
let taps: Readonly<Record<string, Tap>>;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ auth: 'trust' });
  const client = await RawClient.start(server.address);
  client.send(
    wire.query(`
      CREATE TABLE odd (n int); CREATE TABLE told (n int);
      CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE NOTICE 'told'; PERFORM pg_notify('told', '');
        IF NEW.n < 0 THEN RAISE 'negative'; END IF; RETURN NEW; END $$;
      CREATE CONSTRAINT TRIGGER tell AFTER INSERT ON told DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION tell()`),
  );
  await client.until('Z');
  client.socket.destroy();
  taps = {
    plain: await tapBefore(server.address),
    watched: await tapBefore(server.address, { hooks: watched }),
    waiting: await tapBefore(server.address, { hooks: waiting }),
    traced: await tapBefore(server.address, { mode: 'traced', hooks: watched }),
    'traced, waiting': await tapBefore(server.address, { mode: 'traced', hooks: waiting }),
  };
});
afterAll(async () => {
  for (const tap of Object.values(taps)) await tap[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** All that the client hears until the server is done with it: letters, statuses, tags and SQLSTATEs. */
async function heard(at: { host: string; port: number }, chunks: readonly Buffer[], leave: 'X' | 'end') {
  const client = await RawClient.start(at);
  for (const chunk of chunks) {
    client.socket.write(chunk);
    await turn();
  }
  if (leave === 'X') client.send(wire.terminate);
  else client.socket.end();
  await client.untilClosed();
  client.socket.destroy();
  return client.frames.map(({ type, body }) => {
    if (type === 'E') return `E[${/\0C(.{5})\0/.exec(body.toString('latin1'))?.[1]}]`;
    return 'ZCdD'.includes(type) ? `${type}[${body.toString('latin1').replaceAll('\0', ' ').trim()}]` : type;
  });
}

async function expectTheSame(chunks: readonly Buffer[], label: string): Promise<void> {
  const direct = await heard(server.address, chunks, 'X');
  for (const [way, tap] of Object.entries(taps)) {
    // Who ends its socket while a hook holds it counts as gone.
    for (const leave of way.includes('waiting') ? (['X'] as const) : (['X', 'end'] as const)) {
      expect(await heard(tap, chunks, leave), `${label}, ${way}, ${leave}`).toEqual(direct);
    }
  }
}

it('whatever is sent in whatever order, the answers are those of the server alone', async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const random = randomFrom(seed);
    const stream = Buffer.concat(oddMessages(random));
    await expectTheSame(seed % 2 === 0 ? cut(stream, random) : [stream], `seed ${seed}`);
  }
});

it('a Flush with a payload is an error, and all behind it is read over', async () => {
  const malformed = message('H', Buffer.from('noise'));
  await expectTheSame([Buffer.concat([malformed, wire.query('SELECT 1'), wire.sync])], 'flush');
});

it('a message that has no place in a copy is refused as the server refuses it', async () => {
  await expectTheSame([Buffer.concat([wire.query('COPY odd FROM STDIN'), wire.closeStatement('a')])], 'copy');
});

it('the unnamed statement lives until the client replaces it', async () => {
  const prepared = [wire.parse('', 'SELECT 7'), wire.sync];
  const executed = [wire.bind('', ''), wire.execute(''), wire.sync];
  await expectTheSame([Buffer.concat([...prepared, ...executed, ...executed])], 'unnamed');
});

it('what comes with a commit comes at its place', async () => {
  const insert = (n: number) => `INSERT INTO told VALUES (${n})`;
  for (const n of [1, -1]) {
    const several = wire.query(`SET work_mem = 100; ${insert(2)}; ${insert(n)}`);
    const batch = [wire.statement(insert(3)), wire.statement(insert(n)), wire.sync];
    await expectTheSame([Buffer.concat([wire.query('LISTEN told'), several, ...batch])], `commit of ${n}`);
  }
});

it('nothing stays open of all that', async () => {
  for (const tap of Object.values(taps)) expect(tap.sessions().filter(({ open }) => open)).toEqual([]);
  const client = await RawClient.start(server.address);
  const others =
    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
  for (let left = ''; left !== '0'; ) {
    client.send(wire.query(others));
    await client.until('T');
    left = String(client.frames.find(({ type }) => type === 'D')?.body.subarray(6) ?? '');
    await client.until('Z');
  }
  client.socket.destroy();
});
