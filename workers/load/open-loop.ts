import type { AppName } from '../../shared/domain/bundle.ts';
import { type Arrival, drawArrival, takesSeq } from './draw-arrival.ts';
import { Lane } from './lane.ts';
import type { TrafficPlan } from './traffic-plan.ts';
import type { TrafficRecord, TrafficRecording } from './traffic-record.ts';

interface Waiting {
  readonly arrival: Arrival;
  readonly queuedAtMs: number;
}

/** Connections that are open before the first arrival: what they prepared is older than the migration. */
const warmLanes = 8;
/** After a refused connection the server is left alone for a moment; arrivals wait in the queue. */
const cooldownMs = 100;
/** The longest sleep: a new order is looked at no later. */
const napMs = 100;

/** Sends arrivals at their time whatever became of those before; what finds no free connection waits in a queue. */
export class OpenLoop {
  versions: readonly AppName[] = ['previous'];
  readonly #plan: TrafficPlan;
  readonly #now: () => number;
  readonly #lanes = new Set<Lane>();
  readonly #idle: Lane[] = [];
  readonly #queue: Waiting[] = [];
  readonly #running = new Map<Waiting, Lane>();
  readonly #retired = new Set<number>();
  readonly #records: TrafficRecord[] = [];
  #startedAtMs = 0;
  #n = 0;
  /** CONTRACT 1.7: `$seq` counts from 1; over all statements that name it, so that it never repeats within a run. */
  #seq = 1;
  #timer: NodeJS.Timeout | undefined;
  #coolUntilMs = 0;
  #arrivalQueueMax = 0;
  #preparedAgain = 0;
  #drained: (() => void) | undefined;

  constructor(plan: TrafficPlan, now: () => number) {
    this.#plan = plan;
    this.#now = now;
  }

  /** Rejects where the server cannot be reached at all. */
  async start(): Promise<void> {
    const count = Math.min(warmLanes, this.#plan.connectionsMax);
    const lanes = Array.from({ length: count }, () => this.#newLane());
    await Promise.all(lanes.map((lane) => lane.connect()));
    this.#idle.push(...lanes);
    this.#startedAtMs = this.#now();
    this.#tick();
  }

  /** No more arrivals; those that still run or wait after `drainMs` are recorded as unfinished. */
  async stop(drainMs: number): Promise<TrafficRecording> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const stoppedAtMs = this.#now();
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
      this.#settle();
    });
    let deadline: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      deadline = setTimeout(resolve, drainMs);
    });
    await Promise.race([drained, late]);
    clearTimeout(deadline);
    const unfinished = [...this.#running.keys(), ...this.#queue.splice(0)];
    for (const waiting of unfinished) this.#record(waiting, 'unfinished', false);
    for (const lane of this.#running.values()) lane.cut();
    this.#running.clear();
    await Promise.all([...this.#lanes].map((lane) => lane.end()));
    const { records, arrivalQueueMax, preparedAgain } = this.#result();
    return { records, arrivalQueueMax, preparedAgain, stoppedAtMs };
  }

  #result(): Omit<TrafficRecording, 'stoppedAtMs'> {
    return {
      records: this.#records,
      arrivalQueueMax: this.#arrivalQueueMax,
      preparedAgain: this.#preparedAgain,
    };
  }

  /** Queues all that is due, then sleeps until the next arrival. */
  #tick(): void {
    const elapsedMs = this.#now() - this.#startedAtMs;
    const slotMs = 1000 / this.#plan.ratePerSecond;
    let dueAtMs: number | undefined;
    // One that is not due yet is drawn anew later, with the versions of then.
    while (this.#n * slotMs <= elapsedMs) {
      const arrival = drawArrival(this.#plan, this.#n, this.versions, this.#seq);
      if (arrival !== null && arrival.atMs > elapsedMs) {
        dueAtMs = arrival.atMs;
        break;
      }
      this.#n += 1;
      if (arrival !== null && !this.#retired.has(arrival.template)) {
        if (takesSeq(this.#plan.templates[arrival.template])) this.#seq += 1;
        this.#queue.push({ arrival, queuedAtMs: this.#now() });
      }
    }
    this.#pump();
    // A timer may fire a moment before its time: then the next slot has not begun, and it is due all the same.
    const sleepMs = Math.max(0, Math.min((dueAtMs ?? this.#n * slotMs) - elapsedMs, napMs));
    this.#timer = setTimeout(() => this.#tick(), sleepMs);
  }

  #pump(): void {
    while (this.#queue.length > 0) {
      const idle = this.#idle.shift();
      if (idle?.broken) this.#drop(idle);
      else if (idle !== undefined) void this.#run(idle, this.#queue.shift());
      else if (this.#lanes.size < this.#plan.connectionsMax && this.#now() >= this.#coolUntilMs) {
        void this.#run(this.#newLane(), this.#queue.shift());
      } else break;
    }
    this.#arrivalQueueMax = Math.max(this.#arrivalQueueMax, this.#queue.length);
  }

  #newLane(): Lane {
    const lane = new Lane(this.#plan.address);
    this.#lanes.add(lane);
    return lane;
  }

  async #run(lane: Lane, waiting: Waiting | undefined): Promise<void> {
    const template = waiting === undefined ? undefined : this.#plan.templates[waiting.arrival.template];
    if (waiting === undefined || template === undefined) return;
    this.#running.set(waiting, lane);
    const { failure, wrote, preparedAgain, retire, unreachable } = await lane.run(template, waiting.arrival);
    // Cut at the end, it has been recorded already.
    if (!this.#running.delete(waiting)) return;
    if (unreachable) {
      this.#coolUntilMs = this.#now() + cooldownMs;
      setTimeout(() => this.#pump(), cooldownMs + 1);
    }
    this.#preparedAgain += preparedAgain;
    if (retire) this.#retired.add(waiting.arrival.template);
    else this.#record(waiting, failure, wrote);
    if (lane.broken) this.#drop(lane);
    else this.#idle.push(lane);
    this.#pump();
    this.#settle();
  }

  #drop(lane: Lane): void {
    this.#lanes.delete(lane);
    lane.cut();
  }

  #record({ arrival, queuedAtMs }: Waiting, failure: string | null, wrote: boolean): void {
    const intendedAtMs = this.#startedAtMs + arrival.atMs;
    const times = { intendedAtMs, queuedAtMs, finishedAtMs: this.#now() };
    this.#records.push({ ...times, template: arrival.template, failure, wrote });
  }

  #settle(): void {
    if (this.#running.size === 0 && this.#queue.length === 0) this.#drained?.();
  }
}
