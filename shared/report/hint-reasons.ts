import { blocksWriters, lockModes } from '../domain/lock.ts';
import type { Report, ReportStatement } from '../domain/report.ts';
import type { Danger } from './hint-rules.ts';
import { lockWords } from './phrases.ts';
import { counted, formatMs } from './words.ts';

/** Why a warning did not come true here; undefined: nothing that could have shown it was looked at. */
export function whyNotObserved(
  report: Pick<Report, 'runs' | 'compatibility'>,
  danger: Danger,
  seen: readonly ReportStatement[],
): string | undefined {
  switch (danger.kind) {
    case 'lock':
      return withoutWait(report, seen);
    case 'version':
      return withoutBreak(report);
    case 'failure': {
      const refused = seen.find(({ sqlstate }) => sqlstate !== undefined);
      return refused === undefined ? `the server accepted it ${counted(seen.length, 'time')}` : undefined;
    }
    case 'repeat':
      return withoutResidue(report);
    case 'style':
      return undefined;
  }
}

/** The strongest lock, for how long at most, and whether anybody was made to wait for it. */
function withoutWait({ runs }: Pick<Report, 'runs'>, seen: readonly ReportStatement[]): string | undefined {
  const locks = seen
    .flatMap((statement) => statement.locks)
    .filter(({ mode }) => blocksWriters(mode))
    .toSorted((a, b) => lockModes.indexOf(b.mode) - lockModes.indexOf(a.mode) || b.heldMs - a.heldMs);
  const loads = runs.flatMap(({ load }) => (load === undefined ? [] : [load]));
  const [strongest] = locks;
  if (strongest === undefined) return 'it took no lock that makes reads or writes wait';
  const held = `its lock, which ${lockWords(strongest.mode, strongest.relation)}, was held ${formatMs(strongest.heldMs)}`;
  if (loads.length === 0) return undefined;
  const longest = Math.max(...loads.map(({ blockedMsMax }) => blockedMsMax));
  const waited =
    longest < 1
      ? 'no transaction of the traffic waited'
      : `no transaction of the traffic waited longer than ${formatMs(longest)}`;
  return `${held}, and ${waited}`;
}

function withoutBreak({ compatibility }: Pick<Report, 'compatibility'>): string | undefined {
  const gating = compatibility.cells.filter(({ gates }) => gates);
  const asked = gating.filter(({ outcome }) => outcome === 'pass').length;
  if (asked === 0 || asked < gating.length) return undefined;
  return `each version works on every state that it must live on (${asked} of ${gating.length} asked)`;
}

/** Only a command that was ended and run again shows whether it can be. */
function withoutResidue({ runs }: Pick<Report, 'runs'>): string | undefined {
  const again = runs.flatMap(({ aftermath }) => (aftermath?.retry === undefined ? [] : [aftermath.retry]));
  const ended = again.filter(({ converged }) => converged === true).length;
  if (again.length === 0 || ended < again.length) return undefined;
  return `ended half way and run again ${counted(ended, 'time')}, the command reached the expected end`;
}
