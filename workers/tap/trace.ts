import type { Asked, OpenStatement } from './answers.ts';
import type { Piece } from './framer.ts';
import type { HeldFrame } from './held-answer.ts';
import { closeStatementMessage, ourCommand, readFailure, readyMessage } from './messages.ts';
import type { Message, Session } from './session.ts';
import { settle } from './settle.ts';
import type { Status } from './transaction-words.ts';

/** A unit that runs inside our BEGIN … COMMIT, so that its locks can be looked at before they are gone. */
export class Trace {
  /** `begin commit rollback retry`: the server works on a message of ours, whose answer is not the client's. */
  phase: 'begin' | 'run' | 'commit' | 'rollback' | 'retry' = 'begin';
  readonly unit: readonly Message[];
  readonly begun = Promise.withResolvers<boolean>();
  /** The server's refusal of our own message. */
  refusal: Buffer[] = [];
  /** What came with the answer to ours and is the client's all the same: notices, notifications, settings. */
  asides: HeldFrame[] = [];
  /** The statement that the server does not take in a transaction. */
  refused: OpenStatement | undefined;
  /** Ordinals of the statements that the hooks have seen. */
  ordinals: number[] = [];

  constructor(unit: readonly Message[]) {
    this.unit = unit;
  }

  /** A simple Query; else a batch of the extended protocol. */
  get simple(): boolean {
    return this.unit.some(({ asked }) => asked?.kind === 'query');
  }

  get busy(): boolean {
    return this.phase !== 'run';
  }
}

/** Puts a unit into a transaction of ours and sends it; plainly where the server refuses even BEGIN. */
export async function sendTraced(session: Session, unit: readonly Message[]): Promise<void> {
  const trace = new Trace(unit);
  session.trace = trace;
  session.held.hold();
  session.held.heard = false;
  await session.inject(ourCommand('BEGIN'));
  if (!(await trace.begun.promise)) session.trace = null;
  for (const message of unit) await session.send(message);
}

/** A frame that came while the server worked on a message of ours. */
export async function readOurAnswer(session: Session, trace: Trace, piece: Piece): Promise<void> {
  switch (piece.type) {
    case 'C':
    case '1':
    case '2':
    case '3':
      return;
    case 'E':
      trace.refusal = [piece.bytes];
      return;
    case '':
      if (trace.refusal.length > 0) trace.refusal.push(piece.bytes);
      return;
    case 'Z':
      await ourAnswerEnded(session, trace);
      return;
    default:
      if (trace.phase === 'commit') trace.asides.push(piece);
      else await session.held.push(piece.type, piece.bytes);
  }
}

/** ReadyForQuery of the client's own unit came, inside our transaction. */
export async function traceReady(session: Session, trace: Trace, status: Status, atMs: number): Promise<void> {
  session.settling = true;
  const finished = session.answers.ready(atMs);
  const refused = finished.find(refusesTransaction);
  if (status === 'E' && !session.held.heard && refused !== undefined) {
    trace.phase = 'retry';
    trace.refused = refused;
    session.held.discard();
    await session.inject(ourCommand('ROLLBACK'));
    return;
  }
  // The client's statements are autocommit to it: it finds itself outside a transaction, whatever came of them.
  const statements = await settle(session, finished, { statusAfter: 'I', traced: true });
  trace.ordinals = statements.map(({ ordinal }) => ordinal);
  if (status === 'I') {
    await conclude(session);
    return;
  }
  trace.phase = status === 'T' ? 'commit' : 'rollback';
  await session.inject(ourCommand(status === 'T' ? 'COMMIT' : 'ROLLBACK'));
}

/** The server is gone: an unanswered COMMIT may have happened or not, and the client must not hear that it did. */
export function abandonTrace(session: Session, trace: Trace): void {
  trace.begun.resolve(false);
  if (trace.phase === 'run') return;
  session.held.discard();
  for (const ordinal of trace.ordinals) session.context.ledger.amend(ordinal, { statusAfter: null });
}

/** "cannot run inside a transaction block", and a procedure that commits inside one. */
const refusesTransaction = ({ failure }: OpenStatement): boolean =>
  failure?.sqlstate === '25001' || failure?.sqlstate === '2D000';

async function ourAnswerEnded(session: Session, trace: Trace): Promise<void> {
  switch (trace.phase) {
    case 'begin':
      if (trace.refusal.length === 0) trace.phase = 'run';
      trace.begun.resolve(trace.phase === 'run');
      return;
    case 'retry':
      if (trace.refused === undefined || (await session.untraced(trace.refused, true))) sendAgain(session, trace);
      else leave(session);
      return;
    case 'commit':
      session.held.insert(trace.asides, trace.simple);
      if (trace.refusal.length > 0) refuse(session, trace);
      await conclude(session);
      return;
    default:
      await conclude(session);
  }
}

/** A deferred constraint failed in our COMMIT: that is the answer to the client's own statement. */
function refuse(session: Session, trace: Trace): void {
  const refusal = Buffer.concat(trace.refusal);
  const failure = readFailure(refusal.subarray(5));
  const { simple } = trace;
  session.held.refuse(refusal, simple);
  const last = trace.ordinals.at(-1);
  if (last !== undefined)
    session.context.ledger.amend(last, { ...failure, ...(simple && { commandTag: '', rows: 0 }) });
}

/**
 * Prepared statements survive our ROLLBACK: those of the unit are closed first, or its Parse would find the name
 * taken.
 */
function sendAgain(session: Session, trace: Trace): void {
  session.trace = null;
  for (const name of new Set(trace.unit.flatMap(namedParse))) {
    void session.send({ bytes: closeStatementMessage(name), asked: { kind: 'close', ours: true }, ends: true });
  }
  for (const message of trace.unit) {
    if (message.asked !== undefined) reset(message.asked);
    // Not awaited: the answers have to be read while this is written.
    void session.send(message);
  }
  session.settling = false;
  session.changed();
}

/** The client vanished before its unit was sent again: nothing of it runs. */
function leave(session: Session): void {
  session.trace = null;
  session.changed();
}

function namedParse({ bytes, asked }: Message): string[] {
  const name = asked?.kind === 'parse' ? bytes.toString('utf8', 5, bytes.indexOf(0, 5)) : '';
  return name === '' ? [] : [name];
}

function reset(asked: Asked): void {
  if (!('statement' in asked)) return;
  Object.assign(asked.statement, { finishedAtMs: null, tags: [], rows: 0, failure: null });
}

async function conclude(session: Session): Promise<void> {
  await session.held.push('Z', readyMessage('I'));
  await session.held.release();
  session.trace = null;
  session.unitEnded('I');
}
