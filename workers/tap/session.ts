import type { ArrivedStatement, TapOptions, TapSession } from '../../shared/edge/ports/tap.ts';
import { Answers, type Asked, type OpenStatement } from './answers.ts';
import { HeldAnswer } from './held-answer.ts';
import type { Ledger } from './ledger.ts';
import type { SqlText } from './messages.ts';
import type { Peer } from './peer.ts';
import { Prepared } from './prepared.ts';
import { type TimeoutState, timeoutsAfter, timeoutsAtStart, timeoutsFor } from './timeouts.ts';
import type { Trace } from './trace.ts';
import { type Status, statusAfterText } from './transaction-words.ts';

/** What the sessions of one tap have in common. */
export interface TapContext {
  readonly options: TapOptions;
  readonly ledger: Ledger;
  /** Settles when the tap is disposed of: nobody waits for a hook then. */
  readonly disposed: Promise<void>;
  /** A hook threw: the session ends, and whoever disposes of the tap hears of it. */
  failed(error: unknown): void;
}

/** Bytes for the server and the answers they will bring. */
export interface Message {
  readonly bytes: Buffer;
  readonly asked?: Asked;
  /** The stream stands between two frames after them. */
  readonly ends: boolean;
}

/** What both directions of one session know. */
export class Session {
  readonly number: number;
  readonly context: TapContext;
  readonly client: Peer;
  readonly server: Peer;
  readonly answers = new Answers();
  readonly prepared = new Prepared();
  readonly held: HeldAnswer;
  applicationName: string;
  backendPid = 0;
  open = true;
  /** As the client knows it, and the numbers and settings that go with it. */
  status: Status = 'I';
  transaction: number | null = null;
  timeouts: TimeoutState;
  /** The same where everything sent so far succeeds. */
  expected: { readonly status: Status; readonly timeouts: TimeoutState };
  /** Messages went to the server since the last ReadyForQuery. */
  unitOpen = false;
  /** The end of a unit is being worked on; true until the first ReadyForQuery. */
  settling = true;
  trace: Trace | null = null;
  #changed = Promise.withResolvers<void>();
  #betweenFrames = true;
  #injected: Buffer | undefined;

  constructor(
    context: TapContext,
    number: number,
    peers: { readonly client: Peer; readonly server: Peer },
    parameters: ReadonlyMap<string, string>,
  ) {
    this.context = context;
    this.number = number;
    this.client = peers.client;
    this.server = peers.server;
    this.held = new HeldAnswer(peers.client.outlet);
    this.applicationName = parameters.get('application_name') ?? '';
    this.timeouts = timeoutsAtStart(parameters);
    this.expected = { status: 'I', timeouts: this.timeouts };
  }

  get seen(): TapSession {
    const { number, backendPid, applicationName, open } = this;
    return { session: number, backendPid, applicationName, open };
  }

  /** The next statement begins a unit of its own in a tap that traces, outside a transaction. */
  get tracesNext(): boolean {
    return this.context.options.mode === 'traced' && !this.unitOpen && this.status === 'I';
  }

  /** The client heard ReadyForQuery. */
  unitEnded(status: Status): void {
    this.status = status;
    this.expected = { status, timeouts: this.timeouts };
    if (status === 'I') {
      this.transaction = null;
      this.prepared.transactionEnded();
    }
    this.unitOpen = false;
    this.settling = false;
    this.changed();
  }

  /** Something changed that the client's direction may wait for. */
  changed(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Waits until the client may begin a new unit, or go on with an open one. False: the session ended instead. */
  async turn(): Promise<boolean> {
    const { inlet } = this.client;
    while (this.open && !inlet.dropped && this.#busy()) await this.#changed.promise;
    return this.open && !inlet.dropped;
  }

  /** A statement is about to be sent; its hook may hold it. Undefined: the client vanished meanwhile. */
  async arrive(text: SqlText, rowsMax: number): Promise<OpenStatement | undefined> {
    const statement = this.announce(text, rowsMax);
    const { status, timeouts } = this.expected;
    const outcome = { completed: 0, failed: false, statusAfter: statusAfterText(status, text.sql) };
    this.expected = { status: outcome.statusAfter, timeouts: timeoutsAfter(timeouts, text.sql, outcome) };
    const hook = this.context.options.hooks?.arrived;
    if (hook === undefined) return statement;
    return (await this.brake(() => hook.call(this.context.options.hooks, statement.arrived))) ? statement : undefined;
  }

  /** A statement is about to be sent plainly in a tap that traces. False: the client vanished meanwhile. */
  async untraced({ arrived }: OpenStatement, refused: boolean): Promise<boolean> {
    const hook = this.context.options.hooks?.untraced;
    if (hook === undefined) return true;
    return await this.brake(() => hook.call(this.context.options.hooks, arrived, refused));
  }

  announce({ sql, cut, parameterTypes }: SqlText, rowsMax: number): OpenStatement {
    const { status, timeouts } = this.expected;
    const inForce = timeoutsFor(timeouts, sql);
    const arrived: ArrivedStatement = {
      ordinal: this.context.ledger.nextOrdinal(),
      session: this.number,
      backendPid: this.backendPid,
      sql: cut ? `${sql} …` : sql,
      ...(parameterTypes === undefined ? {} : { parameterTypes }),
      statusBefore: status,
      lockTimeoutMs: inForce.lock_timeout,
      statementTimeoutMs: inForce.statement_timeout,
    };
    const atMs = this.context.options.now();
    return { arrived, rowsMax, sentAtMs: atMs, finishedAtMs: null, tags: [], rows: 0, failure: null };
  }

  /** Waits for a hook, then looks whether the client went away meanwhile. A hook that throws ends the session. */
  async brake(hook: () => Promise<void>): Promise<boolean> {
    const { inlet } = this.client;
    const goneBefore = inlet.gone;
    let waited = false;
    // Comes when nothing is left to do without waiting: a hook that has settled by then gave no time to vanish in.
    process.nextTick(() => {
      waited = true;
    });
    try {
      await Promise.race([hook(), this.context.disposed]);
    } catch (error) {
      this.context.failed(error);
      this.cut();
      return false;
    }
    // One that closed its sending side before it was held only said all that it had to say.
    if (waited && !goneBefore) {
      await pollPhase();
      if (inlet.gone) this.vanish();
    }
    return !inlet.dropped;
  }

  async send({ bytes, asked, ends }: Message): Promise<void> {
    this.unitOpen = true;
    if (asked !== undefined) {
      if ('statement' in asked) asked.statement.sentAtMs = this.context.options.now();
      this.answers.ask(asked);
      // A Flush whose answers are all here needs no word of the server to be answered.
      if (asked.kind === 'flush') this.server.inlet.poke();
    }
    this.#betweenFrames = ends;
    await this.server.outlet.write(bytes);
    if (ends && this.#injected !== undefined) {
      const injected = this.#injected;
      this.#injected = undefined;
      await this.server.outlet.write(injected);
    }
  }

  /** Sends a message of our own as soon as the client's stream stands between two frames. */
  async inject(bytes: Buffer): Promise<void> {
    if (this.#betweenFrames) await this.server.outlet.write(bytes);
    else this.#injected = bytes;
  }

  /** The client is gone: what it had sent and we held goes nowhere, and the server hears of it by its closed socket. */
  vanish(): void {
    this.client.cut();
    this.changed();
  }

  /** Ends both connections at once. */
  cut(): void {
    this.client.cut();
    this.server.cut();
    this.changed();
  }

  /** Waits until the COMMIT of a traced unit is through: in autocommit the statement was durable before its answer. */
  async traceConcluded(): Promise<void> {
    while (this.open && this.trace !== null && this.#injected === undefined && !this.answers.copying) {
      if (!this.trace.busy && !this.answers.readyDue && !this.settling) return;
      await this.#changed.promise;
    }
  }

  #busy(): boolean {
    // The server reads on while it takes copied data, and refuses what does not belong there.
    if (this.answers.copying) return false;
    return this.settling || this.answers.readyDue || this.trace?.busy === true;
  }
}

/** Lets the event loop ask the kernel once: the end of a killed client is known to it before its exit is. */
async function pollPhase(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
