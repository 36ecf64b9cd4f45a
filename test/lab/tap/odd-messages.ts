import { message } from '../../../workers/tap/messages.ts';
import * as wire from './clients.ts';

export type Random = (below: number) => number;

/** The same numbers for the same seed, so that a failure can be repeated. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Texts that begin, end, break, copy and set; they read nothing that another connection changes. */
const texts = [
  ...['', 'SELECT 1', 'SELECT 1; SELECT 2', 'SELECT 1/0', 'SELECT 1; SELECT 1/0; SELECT 3', 'SELEC'],
  ...['BEGIN', 'COMMIT', 'ROLLBACK', 'BEGIN; COMMIT', 'SELECT 1; BEGIN', 'COMMIT AND CHAIN'],
  ...['SAVEPOINT a', 'ROLLBACK TO a', 'SET LOCAL work_mem = 100', 'SET lock_timeout = 50', 'DISCARD ALL'],
  ...['COPY (SELECT generate_series(1, 3)) TO STDOUT', 'COPY odd FROM STDIN', 'INSERT INTO odd VALUES (7)'],
  ...['VACUUM odd', 'CREATE TEMP TABLE IF NOT EXISTS mine (n int)'],
];

/** Messages that make sense one by one and mostly not together, with some that never do; a Sync at the end. */
export function oddMessages(random: Random): readonly Buffer[] {
  return [...Array.from({ length: 3 + random(15) }, () => oddMessage(random)), wire.sync];
}

function oddMessage(random: Random): Buffer {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const text = pick(texts);
  const name = pick(['', '', 'a', 'b']);
  const portal = pick(['', 'p']);
  const noise = Buffer.from(Array.from({ length: random(12) }, () => random(256)));
  const kinds: readonly (() => Buffer)[] = [
    () => wire.query(text),
    () => wire.parse(name, text),
    () => wire.bind(portal, name),
    () => wire.describePortal(portal),
    () => wire.execute(portal, random(3)),
    () => pick([wire.statement(text), wire.closeStatement(name), wire.flush]),
    () => wire.sync,
    () => wire.sync,
    () => pick([wire.copyData('5\n'), wire.copyDone, wire.copyFail('no'), message(pick([...'QPBEDCSHFcdf']), noise)]),
  ];
  return pick(kinds)();
}

/** Cuts a stream at places that no message knows of. */
export function cut(stream: Buffer, random: Random): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = 1 + random(40);
    chunks.push(stream.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
