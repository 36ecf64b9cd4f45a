import { blocksReaders, blocksWriters, type LockMode, type LockQueue, type QueueParty } from '../domain/lock.ts';
import type { Report, ReportRun } from '../domain/report.ts';
import type { Harm, JudgedCell } from '../domain/verdict.ts';
import { counted, formatBytes, formatMs } from './words.ts';

/** Never a lock without what it blocks, on which table. */
export function lockWords(mode: LockMode, relation: string): string {
  if (blocksReaders(mode)) return `blocks reads and writes of ${relation}`;
  if (blocksWriters(mode)) return `blocks writes of ${relation}`;
  return `lets reads and writes of ${relation} pass`;
}

/** What the other session of a contention run is doing. */
export function holderWords(mode: string | undefined, relation: string): string {
  if (mode === 'RowExclusiveLock') return `has written to ${relation} and not committed`;
  if (mode === 'RowShareLock') return `holds rows of ${relation}`;
  if (mode === 'AccessShareLock') return `is still reading ${relation} in an open transaction`;
  return `holds a lock on ${relation}${mode === undefined ? '' : ` (${mode})`}`;
}

/** What was done to a run, without a verb in the past: it is what may happen. */
export function faultWords(fault: NonNullable<ReportRun['fault']>): string {
  const place = `${fault.moment} statement ${fault.ordinal} of ${fault.phase}`;
  switch (fault.kind) {
    case 'lock':
      return `another session ${holderWords(fault.mode, fault.relation ?? 'a table')}, ${place}`;
    case 'kill-command':
      return `the command is killed ${place}`;
    case 'kill-backend':
      return `its server session is killed ${place}`;
    case 'kill-server':
      return `the server is killed ${place}`;
    case 'cut-connection':
      return `its connection is cut ${place}`;
    case 'out-of-memory':
      return `memory runs out ${place}`;
  }
}

const partyWords = ({ role, ordinal, worker, phase = 'the migration' }: QueueParty): string => {
  const of = worker === undefined ? '' : ` (${worker})`;
  if (role === 'migration') return ordinal === undefined ? phase : `statement ${ordinal} of ${phase}`;
  if (role === 'actor') return 'the other session';
  if (role === 'other') return 'somebody else';
  return `${role}${of}`;
};

/** Who stands behind whom, and where. */
export function queueWords({ waiter, behind, relation }: LockQueue): string {
  const others = waiter.role === 'traffic' && behind.role === 'traffic' ? 'other traffic' : partyWords(behind);
  return `${partyWords(waiter)} waits behind ${others} for ${relation}`;
}

const scenarioWords = {
  control: 'a quiet run',
  'under-load': 'under write traffic',
  contention: 'against another session',
  interruption: 'interrupted',
  rollback: 'rolled back',
  compatibility: 'both versions asked',
  standby: 'with a standby',
} as const;

/** Runs of one scenario in which nothing is migrated. */
const steadyWords: Readonly<Record<string, string>> = {
  'steady-before': 'previous with its traffic, before the first phase',
  'steady-after': 'next with the same traffic, after the last phase',
};

/** What a run asked, for those who do not know its id. */
export const runWords = (run: ReportRun): string =>
  run.fault === undefined ? (steadyWords[run.id] ?? scenarioWords[run.scenario]) : faultWords(run.fault);

/** How well a standby followed, in one sentence. */
export function standbyWords(standby: NonNullable<ReportRun['standby']>): string {
  const { lagMsMax, lagBytesMax, replayBlockedMs, cancelledQueries, sameSchema } = standby;
  const end = sameSchema === null ? 'was not compared' : sameSchema ? 'is the same' : 'is another';
  const lag = `at most ${formatMs(lagMsMax)} (${formatBytes(lagBytesMax)}) late`;
  const held = `replay waited ${formatMs(replayBlockedMs)} for reads`;
  return `A standby was ${lag}; ${held}, ${counted(cancelledQueries, 'read')} cancelled; its schema at the end ${end}.`;
}

/** A state's name, and the run in which it was reached when that is not the quiet one. */
export function splitState(state: string): { readonly point: string; readonly runId?: string } {
  const found = /^(.*) in ([a-z0-9.-]+)$/.exec(state);
  if (found === null) return { point: state };
  const [, point = state, runId = ''] = found;
  return { point, runId };
}

export const versionWords = (report: Report, app: 'previous' | 'next'): string =>
  `${app} (${app === 'previous' ? report.previous : report.version})`;

/** Why a cell failed, a reason an entry, without saying the same twice. */
export function cellReasons(cell: JudgedCell): readonly string[] {
  const probes = cell.probes
    .filter(({ outcome }) => outcome === 'fail')
    .map(({ name, detail }) => `${name}: ${detail}`);
  const errors = cell.sqlErrors.map(({ sqlstate, message }) => `${sqlstate} ${message}`);
  if (cell.because === undefined) return [...probes, ...errors];
  return [...(probes.length > 0 ? probes : [cell.because]), ...errors];
}

/** Harm speaks of the database alone: one that is as it was can still be too much for a version. */
export const harmWords: Readonly<Record<Harm, { readonly database: string; readonly because: string }>> = {
  none: { database: 'unharmed', because: 'every run that was left alone ended where it should' },
  refused: { database: 'unharmed', because: 'at worst the migration gives up loudly and leaves everything as it was' },
  harmed: { database: 'harmed', because: 'the migration can leave damage behind' },
  unknown: { database: 'unknown', because: 'what the migration can leave behind could not be told' },
};

/** The same as one sentence; an unharmed database must not hide that a version breaks on it. */
export function harmSentence({ harm, compatibility }: Report): string {
  const { database, because } = harmWords[harm];
  const broken = compatibility.cells.filter(({ gates, outcome }) => gates && outcome === 'fail');
  const apps = [...new Set(broken.map(({ app }) => app))].join(' and ');
  const versions = apps === '' || database !== 'unharmed' ? '' : ` The versions are another matter: ${apps} breaks.`;
  const state = database === 'unknown' ? 'not known to be unharmed' : database;
  return `The database is ${state}: ${because}.${versions}`;
}
