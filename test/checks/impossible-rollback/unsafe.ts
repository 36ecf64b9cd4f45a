import { observed } from '../../../shared/domain/observed.ts';
import { attempt, evidence, statement, states } from '../../support/evidence.ts';
import { back, rollback, rollbackRun } from './safe.ts';

export const sentence = 'The rollback meets a trigger that the migration left, and stops half way with exit code 1.';
export const finds = {
  severity: 'blocks',
  scenario: 'rollback',
  phase: 'rollback',
  ordinal: 1,
  state: 'after pre-deploy',
};

const refused = statement(1, back[0]?.sql ?? '', {
  sqlstate: '2BP01',
  message: 'cannot drop column seen_at of table alerts because other objects depend on it',
});

export default evidence({
  manifest: { rollback },
  more: [
    rollbackRun({
      outcome: 'failed',
      attempts: [attempt(), attempt({ phase: 'rollback', exitCode: 1, statements: [refused] })],
      states: [],
      end: observed(states.after),
      cells: [],
    }),
  ],
});
