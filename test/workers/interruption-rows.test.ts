import { expect, test } from 'vitest';
import { observed } from '../../shared/domain/observed.ts';
import { evidence, objects } from '../support/evidence.ts';
import { state } from '../support/schema.ts';
import { interruptionRows, renderInterruptions } from '../tools/interruption-rows.ts';

test('a row says what was interrupted, what became of the command, what it left, and whether a retry helps', () => {
  const left = state([...objects.base, objects.seenAt, ...objects.notes], ['0022']);
  const seen = evidence({ runs: { 'interruption-pre-deploy-1': (run) => ({ ...run, end: observed(left) }) } });
  expect(interruptionRows('knex', seen)).toEqual([
    {
      tool: 'knex',
      interrupted: 'command killed after pre-deploy #?',
      command: 'is dead',
      left: 'the change without its ledger row',
      again: 'converges',
    },
    expect.objectContaining({ left: 'all of it', again: 'converges' }),
  ]);
});

test('a retry that fails is told with the reason of the server, a lock that is held with its table', () => {
  const locked = { ...state(objects.base, ['0022']), heldLocks: [{ relation: 'public.l_lock', releaseSql: '' }] };
  const seen = evidence({
    runs: {
      'interruption-pre-deploy-1': (run) => {
        const [attempt] = run.attempts;
        if (attempt === undefined || run.aftermath === undefined) throw new Error('the green evidence has no retry');
        const [statement] = attempt.statements;
        if (statement === undefined) throw new Error('the green attempt has no statement');
        const failed = { ...attempt, exitCode: 1, statements: [{ ...statement, sqlstate: '42701' }] };
        const retry = { attempts: [failed], end: observed(locked) };
        return { ...run, end: observed(locked), aftermath: { ...run.aftermath, retry } };
      },
    },
  });
  const [row] = interruptionRows('knex', seen);
  expect(row).toMatchObject({ left: 'nothing, public.l_lock locked', again: 'fails (42701)' });
});

test('the page is one table, and a bar in a name does not break it', () => {
  const row = { tool: 'a|b', interrupted: 'i', command: 'c', left: 'l', again: 'a' };
  const page = renderInterruptions([row], '2026-01-01');
  expect(page).toMatch(/^\| a\\\|b \| i +\| c +\| l +\| a +\|$/m);
  expect(page).toContain('Last run 2026-01-01, 1 bundles');
});
