import type { Source } from '../../shared/edge/ports/history.ts';
import type { Store, StoredRehearsal } from '../../shared/edge/ports/store.ts';
import type { WireRehearsal } from '../../shared/edge/wire/rehearsal.ts';
import { sayLack } from '../../shared/plan/placement.ts';

/** Rehearsals as the outside sees them, in the order given. */
export async function presentRehearsals(
  store: Pick<Store, 'sources'>,
  rehearsals: readonly StoredRehearsal[],
): Promise<WireRehearsal[]> {
  const sources = await store.sources.of(rehearsals.map(({ id }) => id));
  return rehearsals.map((rehearsal) => presentRehearsal(rehearsal, sources.get(rehearsal.id) ?? []));
}

export async function presentOne(store: Pick<Store, 'sources'>, rehearsal: StoredRehearsal): Promise<WireRehearsal> {
  return presentRehearsal(rehearsal, (await store.sources.of([rehearsal.id])).get(rehearsal.id) ?? []);
}

function presentRehearsal(rehearsal: StoredRehearsal, sources: readonly Source[]): WireRehearsal {
  return {
    id: rehearsal.id,
    status: rehearsal.status,
    attempt: rehearsal.attempt,
    service: rehearsal.service,
    version: rehearsal.version,
    environment: rehearsal.environment,
    owners: [...rehearsal.owners],
    verdict: rehearsal.verdict,
    sentence: rehearsal.sentence,
    digests: { bundle: rehearsal.bundleDigest, rules: rehearsal.rulesDigest },
    snapshot: rehearsal.snapshot,
    seed: rehearsal.seed,
    priority: rehearsal.priority,
    waiting: rehearsal.waiting && { lacks: rehearsal.waiting.lacks, says: sayLack(rehearsal.waiting) },
    sources: [...sources],
    createdAt: rehearsal.createdAt.toISOString(),
    startedAt: rehearsal.startedAt?.toISOString() ?? null,
    finishedAt: rehearsal.finishedAt?.toISOString() ?? null,
    problem: rehearsal.failure === null ? null : { ...rehearsal.failure, problems: [...rehearsal.failure.problems] },
    links: linksOf(rehearsal.id),
  };
}

export function linksOf(id: string): WireRehearsal['links'] {
  const self = `/v1/rehearsals/${id}`;
  return { self, events: `${self}/events`, report: `${self}/report.json`, page: `/rehearsals/${id}` };
}
