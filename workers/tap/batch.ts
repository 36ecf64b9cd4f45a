import { limits } from './limits.ts';
import type { Message, Session } from './session.ts';
import { sendTraced } from './trace.ts';
import { isWrappable } from './transaction-words.ts';

/**
 * Messages of the extended protocol that wait for what comes with them: the hook of an Execute brakes its Parse and
 * Bind too, and a traced unit is sent once it is whole. A batch that grows too large goes on without waiting for its
 * end.
 */
export class Batch {
  readonly #session: Session;
  #messages: Message[] = [];
  #bytes = 0;
  /** Nothing of the unit was sent and the client stands outside a transaction. */
  #traceable = false;

  constructor(session: Session) {
    this.#session = session;
  }

  get empty(): boolean {
    return this.#messages.length === 0;
  }

  async add(message: Message): Promise<void> {
    if (this.empty) this.#traceable = this.#session.tracesNext;
    this.#messages.push(message);
    this.#bytes += message.bytes.length;
    if (this.#bytes > limits.heldBytesMax) await this.release();
  }

  /** An Execute goes out with all before it, unless the whole unit is wanted. */
  async addExecute(message: Message): Promise<void> {
    await this.add(message);
    if (!this.#traceable) await this.release();
  }

  /** Bytes that begin nothing: they follow what waits, or go on at once. */
  async pass(message: Message): Promise<void> {
    if (this.empty) await this.#session.send(message);
    else await this.add(message);
  }

  /** A Sync ends the unit. */
  async finish(sync: Message): Promise<void> {
    if (!this.#traceable || this.empty || !this.#isWrappable()) {
      await this.release();
      await this.#session.send(sync);
      return;
    }
    await sendTraced(this.#session, [...this.#take(), sync]);
  }

  async release(): Promise<void> {
    for (const message of this.#take()) await this.#session.send(message);
  }

  #isWrappable(): boolean {
    const executed = this.#messages.flatMap(({ asked }) =>
      asked?.kind === 'execute' ? [asked.statement.arrived] : [],
    );
    return executed.length > 0 && executed.every(({ sql }) => isWrappable(sql));
  }

  #take(): Message[] {
    const messages = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    this.#traceable = false;
    return messages;
  }
}
