import { Batch } from './batch.ts';
import { Framer, type Piece } from './framer.ts';
import { lookAtClient } from './looks.ts';
import { readBind, readExecute, readFunctionCall, readNamed, readParse, readQuery, type SqlText } from './messages.ts';
import type { Message, Session } from './session.ts';
import { sendTraced } from './trace.ts';
import { isWrappable } from './transaction-words.ts';

/** Carries what the client sends to the server, statement by statement, until the client is gone. Throws FrameError. */
export async function forwardFromClient(session: Session): Promise<void> {
  const framer = new Framer(lookAtClient);
  const batch = new Batch(session);
  for (let chunk = await session.client.inlet.next(); chunk !== null; chunk = await session.client.inlet.next()) {
    for (const piece of framer.push(chunk.bytes)) {
      await forward(session, batch, piece);
      if (session.client.inlet.dropped) return;
    }
  }
}

async function forward(session: Session, batch: Batch, piece: Piece): Promise<void> {
  const { answers } = session;
  const { bytes, ends } = piece;
  if (answers.copying || answers.skipping) await batch.release();
  if (piece.type === 'c' || piece.type === 'f') {
    await batch.pass({ bytes, ends, asked: { kind: 'copy-end' } });
  } else if (answers.copying || !(piece.type in units)) {
    // Copied data, passwords, and the rest of a long message: part of what goes on, not the beginning of something.
    await batch.pass({ bytes, ends });
  } else if (batch.empty && !(await session.turn())) {
    return;
  } else if (answers.copying || answers.skipping) {
    // Nothing of this runs: the server reads over it.
    await session.send({ bytes, ends, ...(piece.type === 'S' && { asked: { kind: 'sync' } }) });
  } else {
    await units[piece.type as keyof typeof units](session, batch, piece);
  }
}

type Forward = (session: Session, batch: Batch, piece: Piece) => Promise<void>;

/** The messages that begin a unit or belong to a batch. */
const units = {
  Q: (session, batch, piece) => sendStatement(session, batch, piece, 'query', readQuery(piece.body)),
  F: (session, batch, piece) =>
    sendStatement(session, batch, piece, 'call', { sql: readFunctionCall(piece.body), cut: false }),
  P: (session, batch, { bytes, body, ends }) => {
    const { name, ...text } = readParse(body);
    session.prepared.parsed(name, text);
    return batch.add({ bytes, ends, asked: { kind: 'parse', text } });
  },
  B: (session, batch, { bytes, body, ends }) => {
    const { portal, statement } = readBind(body);
    return batch.add({ bytes, ends, asked: { kind: 'bind', text: session.prepared.bound(portal, statement) } });
  },
  D: (session, batch, { bytes, body, ends }) => {
    const { kind, name } = readNamed(body);
    return batch.add({ bytes, ends, asked: { kind: 'describe', text: session.prepared.text(kind, name) } });
  },
  C: (session, batch, { bytes, body, ends }) => {
    const { kind, name } = readNamed(body);
    session.prepared.closed(kind, name);
    return batch.add({ bytes, ends, asked: { kind: 'close', ours: false } });
  },
  E: async (session, batch, { bytes, body, ends }) => {
    const { portal, rowsMax } = readExecute(body);
    const statement = await session.arrive(session.prepared.text('P', portal), rowsMax);
    if (statement !== undefined) await batch.addExecute({ bytes, ends, asked: { kind: 'execute', statement } });
  },
  S: (_session, batch, { bytes, ends }) => batch.finish({ bytes, ends, asked: { kind: 'sync' } }),
  H: async (_session, batch, { bytes, body, ends }) => {
    await batch.release();
    // A Flush has no payload; one that has makes the server read over everything up to Sync.
    await batch.pass({ bytes, ends, asked: { kind: body.length === 0 ? 'flush' : 'malformed' } });
  },
  X: async (_session, batch, { bytes, ends }) => {
    await batch.release();
    await batch.pass({ bytes, ends });
  },
} as const satisfies Record<string, Forward>;

async function sendStatement(
  session: Session,
  batch: Batch,
  { bytes, ends }: Piece,
  kind: 'query' | 'call',
  text: SqlText,
): Promise<void> {
  await batch.release();
  const statement = await session.arrive(text, 0);
  if (statement === undefined) return;
  const message: Message = { bytes, ends, asked: { kind, statement } };
  const { tracesNext } = session;
  const wraps = tracesNext && ends && (kind === 'call' || isWrappable(text.sql));
  if (wraps) await sendTraced(session, [message]);
  else if (!tracesNext || (await session.untraced(statement, false))) await session.send(message);
}
