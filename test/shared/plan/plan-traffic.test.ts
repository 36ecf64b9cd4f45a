import { expect, test } from 'vitest';
import { observed } from '../../../shared/domain/observed.ts';
import type { DatabaseState } from '../../../shared/domain/schema.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import {
  attemptOf,
  controlOf,
  lockOf,
  manifestOf,
  phaseOf,
  planOf,
  statementOf,
  stateOf,
} from '../../support/run-results.ts';

const locking = (...relations: string[]) =>
  attemptOf('pre-deploy', [
    statementOf(1, { locks: relations.map((relation) => lockOf(relation, 'AccessExclusiveLock')) }),
  ]);

function sheetOf(before: DatabaseState, end: DatabaseState, ...locked: string[]) {
  const control = controlOf({ attempts: [locking(...locked)], before: observed(before), end: observed(end) });
  const { runs, notTested } = planRuns(planOf(manifestOf({ phases: [phaseOf('pre-deploy')] })), [control]);
  const load = runs.find(({ id }) => id === 'under-load');
  const meets = runs.filter((run) => run.scenario === 'contention' && run.holder !== 'second-start');
  return {
    load: load !== undefined && 'targets' in load ? load.targets : [],
    meets: meets.map((run) => ('targets' in run ? run.targets.map(({ relation }) => relation) : [])),
    standby: runs.flatMap((run) => (run.scenario === 'standby' ? [run.writes?.map(({ relation }) => relation)] : [])),
    untouched: notTested.filter(({ what }) => what.startsWith('traffic on')),
  };
}

const withView = (tables: readonly string[], view: string): DatabaseState => {
  const { schema, ...state } = stateOf(tables);
  const attributes = { kind: 'view' };
  const column = { kind: 'column', name: `${view}.id`, relation: view, attributes: { type: 'integer' } } as const;
  return {
    ...state,
    schema: { objects: [...schema.objects, { kind: 'view', name: view, relation: view, attributes }, column] },
  };
};

test('a table in whose place a view is left goes on being read, and is never written', () => {
  const sheet = sheetOf(stateOf(['public.items']), withView(['public.positions'], 'public.items'), 'public.items');
  const items = { relation: 'public.items', columns: ['id'], onlyRead: true };
  expect(sheet.load).toEqual([items]);
  expect(sheet.meets).toEqual([['public.items']]);
  expect(sheet.standby).toEqual([undefined]);
  expect(sheet.untouched).toEqual([]);
});

test('a table that nobody can use to the end is locked without traffic, and that is told', () => {
  const sheet = sheetOf(stateOf(['public.items', 'public.carts']), stateOf(['public.items']), 'public.carts');
  expect(sheet.untouched).toEqual([
    {
      what: 'traffic on public.carts while pre-deploy locks it',
      because: 'it is not there under this name after the last phase',
    },
  ]);
});
