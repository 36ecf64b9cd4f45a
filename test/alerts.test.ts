import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findPromtool } from '../infra/setup/promtool.mjs';
import { defaultRules } from '../shared/judge/default-rules.ts';
import { selfCheckAgeMsMax } from '../shared/judge/self-check.ts';
import { startMeasuredApi } from './support/measured-api.ts';
import { describeWith } from './support/require.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
}

interface Case {
  readonly input_series: readonly { readonly series: string }[];
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
}

const place = join(import.meta.dirname, '../infra/alerts');
const read = (path: string) => readFileSync(join(place, path), 'utf8');
const { groups } = parse(read('rehearsal.rules.yml')) as { readonly groups: readonly { readonly rules: Alert[] }[] };
const alerts = groups.flatMap(({ rules }) => rules);
const { tests: cases } = parse(read('rehearsal.test.yml')) as { readonly tests: readonly Case[] };
/** The last one is quiet. */
const allIsWell = cases.at(-1)?.alert_rule_test;

let told: string;
beforeAll(async () => {
  await using api = await startMeasuredApi();
  // An answer is counted when it is over: the page that tells of answers must not be the first one.
  await api.ask('/healthz');
  told = await api.metrics();
});

/** Prometheus itself adds these to what it reads. */
const ownLabels = ['instance', 'job'];
const isOwn = (name: string) => name === 'up';

describe('each alert', () => {
  test.each(alerts)('$alert reads what the API tells', ({ expr }) => {
    expect(seriesIn(expr).length).toBeGreaterThan(0);
    for (const name of seriesIn(expr).filter((name) => !isOwn(name))) expect(told).toContain(`# TYPE ${name} `);
    for (const [name, label, value] of equalitiesIn(expr).filter(([name]) => !isOwn(name))) {
      expect(told).toMatch(new RegExp(`^${name}\\{(.*,)?${label}="${value}"`, 'm'));
    }
  });

  test.each(alerts)('$alert is seen firing, and seen silent where all is well enough', ({ alert, labels }) => {
    const seen = cases.flatMap((one) => one.alert_rule_test.filter(({ alertname }) => alertname === alert));
    expect(seen.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(allIsWell).toContainEqual(expect.objectContaining({ alertname: alert, exp_alerts: [] }));
    expect(['page', 'ticket']).toContain(labels.severity);
  });

  test('has a row in the documentation, and nothing else has', () => {
    const rows = [...read('../docs/operations.md').matchAll(/^\| `(Rehearsal\w+)` +\| (page|ticket) /gm)];
    expect(rows.map(([, name, severity]) => [name, severity])).toEqual(
      alerts.map(({ alert, labels }) => [alert, labels.severity]),
    );
  });

  test('draws its line where the service draws it', () => {
    const exprOf = (name: string) => alerts.find(({ alert }) => alert === name)?.expr;
    expect(exprOf('RehearsalSelfCheckWrong')).toContain(`<= ${selfCheckAgeMsMax / 1000}`);
    const snapshotDays = Number(/> (\d+) \* 86400$/.exec(exprOf('RehearsalSnapshotOld') ?? '')?.[1]);
    expect(snapshotDays * 86_400_000).toBeLessThan(defaultRules().snapshotAgeMsMax);
  });
});

test('the cases are made of series as the API tells them', () => {
  const shapes = new Set([...told.matchAll(/^(\w+)(\{.*\})? /gm)].map(([, name, labels = '']) => shape(name, labels)));
  const made = cases.flatMap(({ input_series }) => input_series.map(({ series }) => /^(\w+)(\{.*\})$/.exec(series)));
  for (const [, name = '', labels = ''] of made.map((found) => found ?? [])) {
    if (!isOwn(name)) expect(shapes).toContain(shape(name, labels));
  }
});

test('names in an expression are told from functions, labels and texts', () => {
  const expr = 'sum by (job) (rate(a_total{of="b"}[5m])) / on (job) max(c) > 2 * 3 and d unless absent(e{f=~"g"})';
  expect(seriesIn(expr)).toEqual(['a_total', 'c', 'd', 'e']);
  expect(equalitiesIn(expr)).toEqual([['a_total', 'of', 'b']]);
});

describeWith('prometheus', 'promtool', () => {
  const promtool = (args: readonly string[], cwd = place, input = '') => {
    const { status, stdout, stderr } = spawnSync(findPromtool() ?? '', args, { cwd, input, encoding: 'utf8' });
    return { status, says: stdout + stderr };
  };

  test('can read what the API tells, and finds nothing to say against it', () => {
    expect(promtool(['check', 'metrics'], place, told)).toEqual({ status: 0, says: '' });
  });

  test('understands the rules', () => {
    expect(promtool(['check', 'rules', '--lint-fatal', 'rehearsal.rules.yml'])).toMatchObject({ status: 0 });
  });

  test('sees every alert fire, and none where all is well', () => {
    expect(promtool(['test', 'rules', 'rehearsal.test.yml'])).toMatchObject({ status: 0 });
  });

  test.each([
    ['never fires', 'vector(1) > 1'],
    ['always fires', 'vector(1)'],
  ])('sees an alert that %s', async (_name, expr) => {
    await using copy = await temporaryDirectory();
    await cp(place, copy.path, { recursive: true });
    const rules = join(copy.path, 'rehearsal.rules.yml');
    await writeFile(rules, (await readFile(rules, 'utf8')).replace('min by (job) (rehearsal_queue_up) == 0', expr));
    const { status, says } = promtool(['test', 'rules', 'rehearsal.test.yml'], copy.path);
    expect(status).not.toBe(0);
    expect(says).toContain('alertname: RehearsalQueueDown');
  });
});

/** What stands for series in an expression: no function, no keyword, no label and no text. */
function seriesIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  const names = bare.match(/\b[a-z_:][\w:]*\b(?!\s*\()/gi) ?? [];
  return [...new Set(names.filter((name) => !['and', 'or', 'unless', 'bool', 'offset'].includes(name)))];
}

/** `name{label="value"}` → name, label, value. */
function equalitiesIn(expr: string): readonly (readonly [name: string, label: string, value: string])[] {
  return [...expr.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name = '', matchers = '']) =>
    [...matchers.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [name, label, value] as const),
  );
}

/** A name with its labels' names. */
function shape(name = '', labels: string): string {
  const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((l) => !ownLabels.includes(l));
  return `${name}(${names.sort().join()})`;
}
