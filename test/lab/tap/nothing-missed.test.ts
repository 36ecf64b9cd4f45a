import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Tap } from '../../../shared/edge/ports/tap.ts';
import { message } from '../../../workers/tap/messages.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../support/embedded-postgres.ts';
import * as wire from './clients.ts';
import { RawClient, tapBefore } from './clients.ts';
import { type Random, randomFrom } from './odd-messages.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const watched = { arrived: async () => undefined, finished: async () => undefined };

let server: EmbeddedPostgres;
let taps: Readonly<Record<string, Tap>>;
beforeAll(async () => {
  server = await startEmbeddedPostgres({ auth: 'trust' });
  taps = {
    plain: await tapBefore(server.address),
    watched: await tapBefore(server.address, { hooks: watched }),
    traced: await tapBefore(server.address, { mode: 'traced', hooks: watched }),
  };
});
afterAll(async () => {
  for (const tap of Object.values(taps)) await tap[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** One command each, so that a simple Query has one answer as an Execute has. */
const texts = ['', 'SELECT 1', 'SELECT generate_series(1, 5)', 'SELECT 1/0', 'SELEC', 'BEGIN', 'COMMIT', 'ROLLBACK'];

function someMessage(random: Random): Buffer {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const [text, name, portal] = [pick(texts), pick(['', '', 'a']), pick(['', 'p'])];
  const kinds: readonly (() => Buffer)[] = [
    () => wire.query(text),
    () => wire.parse(name, text),
    () => wire.bind(portal, name),
    () => wire.describePortal(portal),
    ...Array.from({ length: 3 }, () => () => wire.execute(portal, random(3))),
    () => wire.statement(text),
    () => wire.closeStatement(name),
    () => wire.flush,
    () => wire.flush,
    () => wire.sync,
  ];
  return pick(kinds)();
}

/** Asks for the number of the own backend: nothing else is answered with its letter. */
const mark = message('F', Buffer.from([0, 0, 0x07, 0xea, 0, 0, 0, 0, 0, 0]));

/** All answers to such messages, some of them sent together and some one by one. */
async function answersTo(tap: Tap, random: Random): Promise<string> {
  const client = await RawClient.start(tap);
  const messages = Array.from({ length: 3 + random(15) }, () => someMessage(random));
  const together = random(2) === 0;
  for (const one of together ? [Buffer.concat(messages)] : messages) {
    client.send(one);
    if (!together) await turn();
  }
  client.send(wire.sync, wire.query('ROLLBACK'), mark);
  const letters = `${await client.until('V')}${await client.until('Z')}`;
  client.send(wire.terminate);
  await client.untilClosed();
  return letters;
}

it.each(['plain', 'watched', 'traced'])('what the server answered is among the statements, %s', async (name) => {
  const tap = taps[name] as Tap;
  let known = 0;
  for (let seed = 1; seed <= 100; seed += 1) {
    const letters = await answersTo(tap, randomFrom(seed));
    const statements = tap.statements().slice(known);
    known += statements.length;
    const failed = statements.filter(({ sqlstate }) => sqlstate !== undefined).length;
    const tagged = statements.filter(({ commandTag }) => commandTag !== '').length;
    const count = (of: string) => [...letters].filter((letter) => of.includes(letter)).length;
    const told = { failed, tagged, untagged: statements.length - failed - tagged };
    expect(told, `seed ${seed}: ${letters}`).toEqual({
      failed: count('E'),
      tagged: count('C'),
      untagged: count('sIV'),
    });
  }
});
