import type { StoredRehearsal } from '../../shared/edge/ports/store.ts';
import type { WireRehearsal } from '../../shared/edge/wire/rehearsal.ts';

/** A rehearsal as the outside sees it. */
export function presentRehearsal(rehearsal: StoredRehearsal): WireRehearsal {
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
