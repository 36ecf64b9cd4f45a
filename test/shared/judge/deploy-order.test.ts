import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { judge } from '../../../shared/judge/judge.ts';
import { splitOf } from '../../../shared/judge/split-change.ts';
import { assembleReport } from '../../../shared/report/assemble-report.ts';
import { compatibilityId, evidence } from '../../support/evidence.ts';
import { column, state as stateWith, table } from '../../support/schema.ts';

const failed = [{ name: 'acknowledge an alert', outcome: 'fail', detail: 'status 500, expected 2xx' }] as const;
const breaks =
  (app: 'previous' | 'next') =>
  (run: RunResult): RunResult => ({
    ...run,
    cells: run.cells.map((one) => (one.app === app ? { ...one, probes: failed } : one)),
  });

const orderOf = (given: ReturnType<typeof evidence>) => assembleReport(given, judge(given)).compatibility.order;

describe('the order of a deployment', () => {
  test('is as declared where everything works; what nobody looked at is not called safe', () => {
    const order = orderOf(evidence());
    expect(order?.safe).toEqual(['rolling', 'canary', 'stop-the-world']);
    expect(order?.unknown).toEqual([
      { overlap: 'code-first', because: expect.stringContaining('next (fresh) was not asked') },
    ]);
    expect(order?.proposal).toBe('Deploy it as declared (rolling).');
    expect(order).not.toHaveProperty('pointOfNoReturn');
  });

  test('stops the world where previous does not survive the phase, and says from where there is no way back', () => {
    const runs = Object.fromEntries(
      (['fresh', 'running'] as const).map((boot) => [compatibilityId('previous', boot, 'after'), breaks('previous')]),
    );
    const order = orderOf(evidence({ runs }));
    expect(order?.safe).toEqual(['stop-the-world']);
    expect(order?.unsafe.map(({ overlap, app, state: name }) => [overlap, app, name])).toContainEqual([
      'rolling',
      'previous',
      'after pre-deploy',
    ]);
    expect(order?.pointOfNoReturn).toBe('after pre-deploy');
    expect(order?.proposal).toBe(
      'Do not deploy it as rolling: previous does not work on “after pre-deploy”. Deploy it as stop-the-world. There is no way back from “after pre-deploy” on.',
    );
  });

  test('does not exist where next works nowhere', () => {
    const order = orderOf(evidence({ runs: { [compatibilityId('next', 'fresh', 'after')]: breaks('next') } }));
    expect(order?.safe).toEqual([]);
    expect(order?.proposal).toContain('No order of these phases holds.');
  });

  test('is not told where nobody knows where the migration leads, or where there are no versions', () => {
    expect(orderOf(evidence({ runs: { control: (run) => ({ ...run, outcome: 'failed' }) } }))).toBeUndefined();
    const given = evidence();
    const manifest = { ...given.bundle.manifest, apps: 'none' } as const;
    expect(orderOf({ ...given, bundle: { ...given.bundle, manifest } })).toBeUndefined();
  });
});

const state = (objects: Parameters<typeof stateWith>[0]) => stateWith(objects, []);

describe('what previous does not survive', () => {
  const holder = column('public.tickets.holder', 'text', 2);
  const base = [table('public.tickets'), column('public.tickets.id', 'bigint', 1)];

  test('a rename of a column is a second column first and a drop later, by the catalogs and not by any text', () => {
    const steps = splitOf(state([...base, holder]), state([...base, column('public.tickets.assignee', 'text', 2)]));
    expect(steps).toEqual([
      {
        step: 'expand',
        change: 'rename',
        object: 'public.tickets.holder',
        becomes: 'public.tickets.assignee',
        sql: 'ALTER TABLE public.tickets ADD COLUMN assignee text;',
      },
      {
        step: 'contract',
        change: 'rename',
        object: 'public.tickets.holder',
        becomes: 'public.tickets.assignee',
        sql: 'ALTER TABLE public.tickets DROP COLUMN holder;',
      },
    ]);
  });

  test('a drop waits; two columns that would fit are no rename that anybody could name', () => {
    const two = ['assignee', 'owner'].map((name, at) => column(`public.tickets.${name}`, 'text', 2 + at));
    const dropped = { step: 'contract', change: 'drop', object: 'public.tickets.holder' };
    expect(splitOf(state([...base, holder]), state(base))).toMatchObject([dropped]);
    expect(splitOf(state([...base, holder]), state([...base, ...two]))).toMatchObject([dropped]);
  });

  test('a table keeps its old name as a view', () => {
    const renamed = [table('public.issues'), column('public.issues.id', 'bigint', 1)];
    expect(splitOf(state(base), state(renamed))).toMatchObject([
      {
        step: 'expand',
        change: 'rename',
        object: 'public.tickets',
        becomes: 'public.issues',
        sql: expect.stringContaining('CREATE VIEW public.tickets AS SELECT * FROM public.issues;'),
      },
      { step: 'contract', sql: 'DROP VIEW public.tickets;' },
    ]);
  });

  test('another type or a new NOT NULL waits for the end of previous; nothing is said of what only came', () => {
    const strict = column('public.tickets.holder', 'text', 2, { notNull: true });
    expect(splitOf(state([...base, holder]), state([...base, strict]))).toMatchObject([
      { step: 'contract', change: 'change' },
    ]);
    expect(splitOf(state([...base, strict]), state([...base, holder]))).toEqual([]);
    expect(splitOf(state(base), state([...base, holder]))).toEqual([]);
  });
});
