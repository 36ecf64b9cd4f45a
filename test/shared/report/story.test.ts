import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { tellStory } from '../../../shared/report/story.ts';
import * as green from '../../support/evidence.ts';
import { greenReport, redReport, reportOf } from './reports.ts';

describe('what would happen', () => {
  it('is told from the run that most blocking findings cite, in order of time, in at most seven lines', () => {
    const story = tellStory(redReport());
    expect(story?.run.id).toBe(green.contentionId);
    expect(story?.lines.map(({ text }) => text)).toEqual([
      'Another session has written to public.alerts and not committed.',
      '“ALTER TABLE alerts ADD COLUMN seen_at timestamptz” asks for a lock that blocks reads and writes of public.alerts, ' +
        'and waits 2 s; up to 99 transactions of the traffic wait behind it; 3 of 900 failed (55P03).',
      'The server refuses it: 55P03, canceling statement due to lock timeout.',
      'The command of pre-deploy ends with exit code 0, as if all were well.',
      'The schema is not the one that the quiet run ends with; left behind: trigger public.alerts.alerts_log.',
      'next (2.0), freshly started, breaks: acknowledge an alert: status 500, expected 200.',
      'Run again, the command ends with exit code 0; the end is still not the expected one.',
    ]);
    const times = story?.lines.flatMap(({ atMs }) => (atMs === undefined ? [] : [atMs])) ?? [];
    expect(times).toEqual([0, 20, 2_020, 2_020]);
  });

  it('tells a refusal that the command makes good by itself as a retry, not as a loss', () => {
    const sql = 'ALTER TABLE alerts ADD COLUMN seen_at timestamptz';
    const refused = green.statement(3, sql, { sqlstate: '55P03', message: 'canceling statement due to lock timeout' });
    const statements = [refused, green.statement(4, 'ROLLBACK'), green.statement(5, sql)];
    const retrying = (run: RunResult) => ({ ...run, attempts: [green.attempt({ statements })] });
    const story = tellStory(reportOf(green.evidence({ runs: { [green.contentionId]: retrying } })));
    expect(story?.lines.map(({ text }) => text)).toEqual([
      'Another session has written to public.alerts and not committed.',
      `The server refuses “${sql}”: 55P03, canceling statement due to lock timeout.`,
      'Tried again, the statement succeeds.',
      'The command of pre-deploy ends with exit code 0.',
    ]);
  });

  it('is told of the longest wait where nothing blocks', () => {
    expect(tellStory(greenReport())?.run.id).toBe(green.contentionId);
  });

  it('is not told where no migration was seen', () => {
    const nothing = reportOf(green.evidence({ evidence: { runs: [] } }));
    expect(tellStory(nothing)).toBeUndefined();
  });
});
