import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../workers/load/seeded-random.ts';
import { eventually } from '../lab/service/parts.ts';
import { makeBundle } from '../lab/service/service.ts';
import type { Stage } from './stage.ts';

/** What clients were told, which has to stay true. */
export interface Told {
  /** By version. */
  readonly accepted: ReadonlyMap<string, string>;
  /** An id of another rehearsal for the same bundle, or anything else that no retry explains. */
  readonly contradictions: readonly string[];
  /** Versions that the gate let through. */
  readonly allowed: ReadonlySet<string>;
  /** Answers and calls that failed meanwhile: chaos is allowed to be seen. */
  readonly refusals: number;
}

export interface Clients {
  /** The gate has let a version of theirs through: there is something to take back. */
  letThrough(): Promise<unknown>;
  /** No new bundles; settles when those under way were accepted. */
  stop(): Promise<Told>;
}

/** Nobody waits for the end of one to send the next. */
const everyMs = 800;
const badPart = 0.3;

/** Pipelines that submit bundles, some known to be bad, try again until they are heard, and ask the gate meanwhile. */
export function startClients(stage: Stage, random: Random, bundlesMax: number): Clients {
  const accepted = new Map<string, string>();
  const allowed = new Set<string>();
  const contradictions: string[] = [];
  let refusals = 0;
  let isOver = false;
  const call = async (
    path: string,
    request: RequestInit = {},
  ): Promise<{ status: number; body: unknown } | undefined> => {
    try {
      const headers = { authorization: `Bearer ${stage.token}`, ...request.headers };
      const signal = AbortSignal.timeout(10_000);
      const answer = await fetch(`${stage.address}${path}`, { ...request, headers, signal });
      return { status: answer.status, body: await answer.json() };
    } catch (error) {
      if (!(error instanceof TypeError) && (error as Error).name !== 'TimeoutError') throw error;
      return undefined;
    }
  };
  const submit = async (version: string) => {
    const bundle = new Uint8Array(await makeBundle(stage.clientsDir, version));
    for (;;) {
      const headers = { 'content-type': 'application/gzip', 'idempotency-key': version };
      const answer = await call('/v1/rehearsals', { method: 'POST', headers, body: bundle });
      if (answer !== undefined && answer.status < 500) {
        const { id } = answer.body as { readonly id?: string };
        if (id === undefined) contradictions.push(`${version}: ${answer.status} ${JSON.stringify(answer.body)}`);
        const before = accepted.get(version);
        if (id !== undefined && before !== undefined && before !== id)
          contradictions.push(`${version}: ${before}, ${id}`);
        if (id !== undefined) accepted.set(version, id);
        return;
      }
      refusals += 1;
      await delay(500);
    }
  };
  const askGate = async (version: string) => {
    const answer = await call(`/v1/gate?service=alerts&version=${version}`);
    if (answer?.status === 200) {
      allowed.add(version);
      if (version.endsWith('-bad')) contradictions.push(`the gate let ${version} through`);
    } else if (allowed.has(version) && answer !== undefined && answer.status < 500) {
      contradictions.push(`${version}: allowed, then ${answer.status} ${JSON.stringify(answer.body)}`);
    }
  };
  const underWay: Promise<void>[] = [];
  const pace = (async () => {
    for (let n = 0; !isOver; n += 1) {
      const version = `1.0.${n}${random() < badPart ? '-bad' : ''}`;
      if (n < bundlesMax) underWay.push(submit(version));
      const known = [...accepted.keys()];
      const again = known[Math.floor(random() * known.length)];
      if (again !== undefined && random() < 0.3) underWay.push(submit(again));
      underWay.push(...known.map(askGate));
      await delay(everyMs);
    }
  })();
  return {
    letThrough: () => eventually(async () => allowed.size > 0, 60_000),
    stop: async () => {
      isOver = true;
      await pace;
      await Promise.all(underWay);
      return { accepted, contradictions, allowed, refusals };
    },
  };
}
