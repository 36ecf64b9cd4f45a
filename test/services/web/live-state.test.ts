import { describe, expect, it } from 'vitest';
import { heard, isOver, type LiveState, unheard } from '../../../services/web/src/pages/live-state.ts';
import type { WireEvent } from '../../../shared/edge/wire/rehearsal.ts';

const events: readonly WireEvent[] = [
  { kind: 'status', content: { status: 'queued' } },
  { kind: 'status', content: { status: 'running' } },
  { kind: 'planned', content: { runs: [{ id: 'control', scenario: 'control' }] } },
  { kind: 'started', content: { id: 'control', scenario: 'control', worker: 'w' } },
  { kind: 'run', content: { id: 'control', scenario: 'control', outcome: 'completed', durationMs: 40 } },
  { kind: 'planned', content: { runs: [{ id: 'load', scenario: 'under-load' }] } },
  { kind: 'finding', content: { check: 'failed-migration', title: 'The migration fails' } },
  { kind: 'verdict', content: { verdict: 'fail', sentence: 'It fails.' } },
  { kind: 'status', content: { status: 'judged' } },
];

const atEvent = (count: number): LiveState =>
  events.slice(0, count).reduce((state, event, index) => heard(state, index + 1, event), unheard);

describe('a rehearsal that is followed', () => {
  it('has runs that are planned, then started, then ended', () => {
    expect(atEvent(3).runs).toMatchObject([{ id: 'control', is: 'planned' }]);
    expect(atEvent(4).runs).toMatchObject([{ is: 'started', outcome: null }]);
    expect(atEvent(5).runs).toMatchObject([{ is: 'ended', outcome: 'completed', durationMs: 40 }]);
    expect(atEvent(6).runs.map(({ id }) => id)).toEqual(['control', 'load']);
  });

  it('is over with its final status only', () => {
    expect(events.map((_, index) => isOver(atEvent(index + 1)))).toEqual([...Array(8).fill(false), true]);
    expect(atEvent(9)).toMatchObject({ verdict: 'fail', findings: [{ check: 'failed-migration' }] });
  });

  it('says why nobody can take it for as long as nobody can', () => {
    const says = 'No live worker has PostgreSQL 12.';
    const waits = heard(unheard, 1, {
      kind: 'status',
      content: { status: 'queued', waiting: { lacks: 'major', says } },
    });
    expect(waits.waiting).toBe(says);
    expect(heard(waits, 2, { kind: 'status', content: { status: 'running', waiting: null } }).waiting).toBeNull();
    expect(heard(waits, 2, { kind: 'status', content: { status: 'running' } }).waiting).toBeNull();
  });

  it('keeps what was seen so far apart from what was judged', () => {
    const seen = heard(unheard, 1, { kind: 'sighting', content: { check: 'lost-rows', title: 'Rows are lost' } });
    expect(seen).toMatchObject({ sightings: [{ check: 'lost-rows' }], findings: [] });
  });

  it('takes in nothing twice when a connection comes back with what was heard already', () => {
    const all = atEvent(9);
    expect(events.reduce((state, event, index) => heard(state, index + 1, event), all)).toEqual(all);
    const rest = events.slice(4).reduce((state, event, index) => heard(state, index + 5, event), atEvent(6));
    expect(rest).toEqual(all);
  });

  it('knows a run that ended before anybody heard of its start', () => {
    const run = { id: 'late', scenario: 'control', outcome: 'failed', durationMs: 1 };
    expect(heard(unheard, 1, { kind: 'run', content: run }).runs).toMatchObject([{ id: 'late', is: 'ended' }]);
  });
});
