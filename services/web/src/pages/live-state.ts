import type { WireEvent } from '../../../../shared/edge/wire/rehearsal.ts';

export interface LiveRun {
  readonly id: string;
  readonly scenario: string;
  readonly is: 'planned' | 'started' | 'ended';
  readonly outcome: string | null;
  readonly durationMs: number | null;
}

export interface LiveState {
  /** Number of the last event that was taken in; what comes twice is taken once. */
  readonly last: number;
  readonly status: string;
  /** Why no worker can take it, and what helps; null: one can, or has it. */
  readonly waiting: string | null;
  readonly runs: readonly LiveRun[];
  /** On the evidence so far; what was judged at the end takes their place. */
  readonly sightings: readonly Told[];
  readonly findings: readonly Told[];
  readonly verdict: string | null;
}

interface Told {
  readonly check: string;
  readonly title: string;
}

export const unheard: LiveState = {
  last: 0,
  status: 'queued',
  waiting: null,
  runs: [],
  sightings: [],
  findings: [],
  verdict: null,
};

/** Where a rehearsal is after one more of its events. */
export function heard(state: LiveState, number: number, { kind, content }: WireEvent): LiveState {
  if (number <= state.last) return state;
  const next = { ...state, last: number };
  switch (kind) {
    case 'status':
      return { ...next, status: content.status, waiting: content.waiting?.says ?? null };
    case 'planned':
      return content.runs.reduce((so, { id, scenario }) => withRun(so, id, { scenario }), next);
    case 'started':
      return withRun(next, content.id, { scenario: content.scenario, is: 'started' });
    case 'run': {
      const { scenario, outcome, durationMs } = content;
      return withRun(next, content.id, { scenario, is: 'ended', outcome, durationMs });
    }
    case 'sighting':
      return { ...next, sightings: [...state.sightings, content] };
    case 'finding':
      return { ...next, findings: [...state.findings, content] };
    case 'verdict':
      return { ...next, verdict: content.verdict };
  }
}

export const isOver = ({ status }: Pick<LiveState, 'status'>): boolean => !['queued', 'running'].includes(status);

function withRun(state: LiveState, id: string, change: Partial<LiveRun>): LiveState {
  const known = state.runs.find((run) => run.id === id);
  const before: LiveRun = known ?? { id, scenario: '', is: 'planned', outcome: null, durationMs: null };
  const run = { ...before, ...change };
  return {
    ...state,
    runs: known === undefined ? [...state.runs, run] : state.runs.map((other) => (other === known ? run : other)),
  };
}
