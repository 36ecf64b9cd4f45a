import { Framer, type Piece } from './framer.ts';
import { lookAtServer } from './looks.ts';
import { readFailure, readParameterStatus, readTag } from './messages.ts';
import type { Session } from './session.ts';
import { settle } from './settle.ts';
import { abandonTrace, readOurAnswer, traceReady } from './trace.ts';
import type { Status } from './transaction-words.ts';

/**
 * Carries what the server answers to the client, and holds it while hooks look, until the server is gone. Throws
 * FrameError.
 */
export async function forwardFromServer(session: Session): Promise<void> {
  const framer = new Framer(lookAtServer);
  const { inlet } = session.server;
  for (let chunk = await inlet.next(); chunk !== null; chunk = await inlet.next()) {
    for (const piece of framer.push(chunk.bytes)) {
      if (session.trace?.busy === true) await readOurAnswer(session, session.trace, piece);
      else await readAnswer(session, piece, chunk.atMs);
    }
    if (session.trace === null && session.answers.flushed) await settleEarly(session);
  }
  await abandon(session);
}

async function readAnswer(session: Session, piece: Piece, atMs: number): Promise<void> {
  const { answers } = session;
  switch (piece.type) {
    case 'K':
      session.backendPid = piece.body.readInt32BE(0);
      break;
    case 'S':
      noteParameter(session, piece.body);
      break;
    case '1':
      answers.passed('parse');
      break;
    case '2':
      answers.passed('bind');
      break;
    case '3': {
      const closed = answers.passed('close');
      if (closed?.kind === 'close' && closed.ours) return;
      break;
    }
    case 'T':
    case 'n':
      answers.passed('describe');
      break;
    case 'C':
    case 'I':
    case 's':
      noteCompletion(session, piece, atMs);
      break;
    case 'E':
      await passFailure(session, piece, atMs);
      return;
    case 'G':
      answers.copyIn();
      await session.held.push(piece.type, piece.bytes);
      await session.held.release();
      session.changed();
      return;
    case 'Z':
      await ready(session, piece, atMs);
      return;
  }
  await session.held.push(piece.type, piece.bytes);
}

function noteParameter(session: Session, body: Buffer): void {
  const { name, value } = readParameterStatus(body);
  if (name === 'application_name') session.applicationName = value;
}

function noteCompletion(session: Session, { type, body }: Piece, atMs: number): void {
  const { tag, rows } = type === 'C' ? readTag(body) : { tag: '', rows: 0 };
  if (type === 's') session.answers.suspended(atMs);
  else session.answers.completed(tag, rows, atMs);
  // Held without a hook too: what a client has heard of is always among the tap's statements.
  session.held.hold();
}

async function passFailure(session: Session, piece: Piece, atMs: number): Promise<void> {
  const { answers } = session;
  const failure = readFailure(piece.body);
  const unannounced = answers.failed(failure, atMs);
  if (unannounced !== undefined) {
    answers.add({ ...session.announce(unannounced, 0), failure, finishedAtMs: atMs });
  }
  session.held.hold();
  await session.held.push(piece.type, piece.bytes);
  session.changed();
  if (answers.readyDue) return;
  // The client hears of an error before it sends its Sync, and may wait for it.
  if (session.trace === null) await settleEarly(session);
  else await session.held.release();
}

/** Statements whose answer the client may hear before a ReadyForQuery. */
async function settleEarly(session: Session): Promise<void> {
  await settle(session, session.answers.takeDone(), { traced: false });
  await session.held.release();
}

async function ready(session: Session, piece: Piece, atMs: number): Promise<void> {
  const status = String.fromCharCode(piece.body[0] ?? 0) as Status;
  if (session.trace !== null) {
    await traceReady(session, session.trace, status, atMs);
    return;
  }
  session.settling = true;
  await settle(session, session.answers.ready(atMs), { statusAfter: status, traced: false });
  await session.held.push(piece.type, piece.bytes);
  await session.held.release();
  session.unitEnded(status);
}

async function abandon(session: Session): Promise<void> {
  if (session.trace !== null) abandonTrace(session, session.trace);
  await settle(session, session.answers.abandoned(), { statusAfter: null, traced: session.trace !== null });
  await session.held.release();
}
