import { parseRunId } from '../domain/ids.ts';
import { blocksReaders } from '../domain/lock.ts';
import type { RunResult } from '../domain/observation.ts';
import type { Plan } from '../domain/plan.ts';
import type { StandbyRun } from '../domain/run.ts';
import { knownLocks } from './known-locks.ts';
import { loadTargets } from './plan-traffic.ts';
import { isTable } from './reached-states.ts';
import { standbyNotDue } from './standby-due.ts';

type NotTested = { what: string; because: string };

/** Can a standby follow, and can it be read meanwhile? Once, with a long read where replay cannot pass it. */
export function standbyRuns(
  plan: Plan,
  control: RunResult,
  traced: RunResult | undefined,
  expectedEnds: Readonly<Record<string, string>>,
  notTested: NotTested[],
): readonly StandbyRun[] {
  const { manifest } = plan.bundle;
  if (standbyNotDue(manifest) !== undefined) return [];
  const { targets } = loadTargets(control, traced);
  const writes = targets.filter(({ onlyRead }) => onlyRead === undefined);
  const [longRead, ...others] = readersOut(control, traced);
  if (longRead !== undefined) {
    const because = 'so long is load.hold; for how long replay waits for it, max_standby_streaming_delay says';
    notTested.push({ what: `a read on a standby that lasts longer than ${manifest.load.holdMs} ms`, because });
  }
  if (others.length > 0) {
    const what = `a long read on the standby before ${others.length} more statements that keep readers out`;
    notTested.push({ what, because: 'it is placed before the first one' });
  }
  return [
    {
      id: parseRunId('standby'),
      scenario: 'standby',
      seed: plan.seed,
      alone: false,
      againAlone: true,
      expectedEnds,
      settings: followable(manifest.postgres.settings),
      reads: targets.map(({ relation }) => relation),
      ...(manifest.overlap === 'stop-the-world' || writes.length === 0 ? {} : { writes }),
      ...(longRead === undefined ? {} : { longRead }),
      holdMs: manifest.load.holdMs,
    },
  ];
}

/** https://www.postgresql.org/docs/current/runtime-config-replication.html#RUNTIME-CONFIG-REPLICATION-SENDER */
function followable({ wal_level: asked }: Readonly<Record<string, string>>): Record<string, string> {
  return {
    wal_level: asked === 'logical' ? asked : 'replica',
    max_wal_senders: '10',
    // A standby that is late must find what it has not read yet.
    wal_keep_size: '1GB',
    // Nobody but our standby is there to confirm a commit.
    synchronous_standby_names: '',
  };
}

/** Statements that are the first of their transaction to keep readers out of a table that was there before. */
function readersOut(control: RunResult, traced: RunResult | undefined): readonly NonNullable<StandbyRun['longRead']>[] {
  if (!control.before.seen) return [];
  const before = control.before.value;
  return control.attempts.flatMap(({ phase, statements }) => {
    const held = new Set<string>();
    return statements.flatMap((statement) =>
      knownLocks(phase, statement, traced).flatMap(({ relation, mode }) => {
        const once = `${statement.transaction ?? `alone ${statement.ordinal}`} ${relation}`;
        if (!blocksReaders(mode) || !isTable(before, relation) || held.has(once)) return [];
        held.add(once);
        return [{ phase, ordinal: statement.ordinal, relation }];
      }),
    );
  });
}
