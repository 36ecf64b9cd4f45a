import type { AcceptedWaiver } from '../../shared/domain/accepted-waiver.ts';
import type { RunResult } from '../../shared/domain/observation.ts';
import type { Plan, RunSheet } from '../../shared/domain/plan.ts';
import type { StoredRehearsal } from '../../shared/edge/ports/store.ts';
import type { JobParts } from './jobs.ts';

/** More than one rehearsal has. */
const eventsMax = 10_000;

/**
 * What blocks on the evidence so far, for whoever watches. It decides nothing: the verdict is made of all evidence, and
 * what nobody could say yet is not told.
 */
export async function tellSightings(
  { store, pipeline, log }: Pick<JobParts, 'store' | 'pipeline' | 'log'>,
  rehearsal: StoredRehearsal,
  { plan, sheet, results, accepted }: Known,
): Promise<void> {
  if (results.length === 0) return;
  const { id, waiversCount, createdAt, startedAt } = rehearsal;
  try {
    const so = { startedAt: startedAt ?? createdAt, durationMs: 0, honourWaivers: waiversCount, accepted };
    const { report } = pipeline.judge(plan, sheet, results, so);
    const events = await store.events.after(id, 0, eventsMax);
    const told = new Set(
      events.filter(({ kind }) => kind === 'sighting').map(({ content }) => keyOf(content as Sighting)),
    );
    for (const { check, title, severity, waivedBy } of report.findings) {
      if (severity !== 'blocks' || waivedBy !== undefined || told.has(keyOf({ check, title }))) continue;
      await store.events.append(id, 'sighting', { check, title });
    }
  } catch (error) {
    // A judgement of half the evidence is a comfort; the rehearsal goes on without it.
    log.warn({ rehearsal: id, err: error }, 'the evidence so far could not be judged');
  }
}

interface Known {
  readonly plan: Plan;
  readonly sheet: RunSheet;
  readonly results: readonly RunResult[];
  readonly accepted: readonly AcceptedWaiver[];
}

interface Sighting {
  readonly check: string;
  readonly title: string;
}

const keyOf = ({ check, title }: Sighting): string => `${check} ${title}`;
