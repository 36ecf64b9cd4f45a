import pg from 'pg';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';
import type { Arrival } from './draw-arrival.ts';
import type { GeneratedTemplate, TrafficTemplate } from './traffic-plan.ts';

export interface LaneOutcome {
  readonly failure: string | null;
  readonly wrote: boolean;
  readonly preparedAgain: number;
  /** A copied row no longer fits the table: the template says nothing about the migration any more. */
  readonly retire: boolean;
  /** No connection could be had. */
  readonly unreachable: boolean;
}

const done: LaneOutcome = { failure: null, wrote: true, preparedAgain: 0, retire: false, unreachable: false };

/** Longer than any restart of a clone that can be survived; what waits longer has failed. */
const connectTimeoutMs = 10_000;
/** How often a refused plan is prepared again before it is a failure: a migration may alter the table twice. */
const preparesMax = 3;
/** A copy that breaks a rule the table has now: unique (23505, 23P01), or a generated column (428C9). */
const misfits = new Set(['23505', '23P01', '428C9']);

/** One connection of the traffic; runs one transaction at a time. */
export class Lane {
  readonly #client: pg.Client;
  readonly #generations = new Map<string, number>();
  #connected = false;
  broken = false;

  constructor(address: ServerAddress) {
    // Values are never looked at: text as the server sends it.
    const types = { getTypeParser: () => (value: string) => value };
    const settings = { ...address, application_name: 'rehearsal/traffic', connectionTimeoutMillis: connectTimeoutMs };
    this.#client = new pg.Client({ ...settings, types, keepAlive: true });
    this.#client.on('error', () => {
      this.broken = true;
    });
  }

  async connect(): Promise<void> {
    await this.#client.connect();
    this.#connected = true;
  }

  async run(template: TrafficTemplate, arrival: Arrival): Promise<LaneOutcome> {
    try {
      if (!this.#connected) await this.connect();
      if (template.kind === 'declared') return { ...done, wrote: await this.#runText(arrival.text) };
      return await this.#runPrepared(template, arrival.parameters);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'connection' || failure.startsWith('57P') || !this.#connected) this.broken = true;
      else if (template.kind === 'declared') await this.#rollBack();
      return { ...done, failure, wrote: false, unreachable: !this.#connected };
    }
  }

  /** Says goodbye, so that the server counts what was done; a server that does not answer is left. */
  async end(): Promise<void> {
    if (this.broken) return this.cut();
    const goodbye = this.#client.end().then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    this.cut();
  }

  cut(): void {
    this.broken = true;
    (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }

  async #runText(text: string): Promise<boolean> {
    const answer: pg.QueryResult | pg.QueryResult[] = await this.#client.query(text);
    const results = Array.isArray(answer) ? answer : [answer];
    return results.some(({ command, rowCount }) => writing.has(command) && (rowCount ?? 0) > 0);
  }

  async #runPrepared(template: GeneratedTemplate, parameters: Arrival['parameters']): Promise<LaneOutcome> {
    for (let preparedAgain = 0; ; preparedAgain += 1) {
      try {
        return { ...done, wrote: await this.#act(template, parameters), preparedAgain };
      } catch (error) {
        const failure = failureOf(error);
        if (failure === 'connection') throw error;
        if (template.undo !== undefined) await this.#rollBack();
        if (template.undo !== undefined && misfits.has(failure)) {
          return { ...done, wrote: false, preparedAgain, retire: true };
        }
        if (failure !== '0A000' || preparedAgain === preparesMax) {
          if (failure.startsWith('57P')) this.broken = true;
          return { ...done, failure, wrote: false, preparedAgain };
        }
        this.#generations.set(template.name, (this.#generations.get(template.name) ?? 0) + 1);
      }
    }
  }

  async #act({ name, sql, undo, writes }: GeneratedTemplate, parameters: Arrival['parameters']): Promise<boolean> {
    const named = `${name}:${this.#generations.get(name) ?? 0}`;
    const prepared = { name: named, text: sql, values: [...parameters] };
    if (undo === undefined) return ((await this.#client.query(prepared)).rowCount ?? 0) > 0 && writes.length > 0;
    await this.#client.query('BEGIN');
    const { rows } = await this.#client.query<{ key: string }>(prepared);
    const [row] = rows;
    if (row !== undefined) await this.#client.query({ name: `${named}:undo`, text: undo, values: [row.key] });
    await this.#client.query('COMMIT');
    return row !== undefined;
  }

  async #rollBack(): Promise<void> {
    try {
      await this.#client.query('ROLLBACK');
    } catch {
      // The connection went away with the transaction: the next arrival gets another one.
      this.broken = true;
    }
  }
}

const writing = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

function failureOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? 'connection') : 'connection';
}
