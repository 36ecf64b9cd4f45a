import { duration } from './derive/sentences.ts';

/** One time that a worker rehearsed the known-bad and the known-good bundle. */
export interface SelfCheck {
  readonly worker: string;
  readonly at: Date;
  /** False: it was wrong about one of them. */
  readonly ok: boolean;
}

/** A worker that has not checked itself for so long is not believed. */
export const selfCheckAgeMsMax = 24 * 60 * 60_000;

/**
 * Why the workers that gave this evidence are not believed; null: they are. The check before it and the one after it
 * count: what lies between a right one and a wrong one may have been judged by either mind.
 */
export function distrustOf(
  { finishedAt, performedBy }: { readonly finishedAt: Date; readonly performedBy: readonly string[] | null },
  checks: readonly SelfCheck[],
): string | null {
  if (performedBy === null) return 'it was judged before workers checked themselves';
  if (performedBy.length === 0) return 'nobody is known who performed it';
  const reasons = performedBy.map((worker) => {
    const own = checks
      .filter((check) => check.worker === worker)
      .toSorted((left, right) => left.at.getTime() - right.at.getTime());
    const before = own.filter(({ at }) => at <= finishedAt).at(-1);
    const after = own.find(({ at }) => at > finishedAt);
    const wrong = [before, after].find((check) => check?.ok === false);
    if (wrong !== undefined) return `worker ${worker} was wrong in its self-check of ${wrong.at.toISOString()}`;
    if (after !== undefined) return null;
    if (before === undefined) return `worker ${worker} has not checked itself yet`;
    const ageMs = finishedAt.getTime() - before.at.getTime();
    return ageMs > selfCheckAgeMsMax ? `worker ${worker} had not checked itself for ${duration(ageMs)}` : null;
  });
  return reasons.find((reason) => reason !== null) ?? null;
}
