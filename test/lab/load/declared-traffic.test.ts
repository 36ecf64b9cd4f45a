import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoadStatement } from '../../../shared/domain/bundle.ts';
import { systemClock } from '../../../shared/edge/adapters/system-clock.ts';
import { startTrafficLab, type TrafficLab } from './traffic-lab.ts';

let lab: TrafficLab;
beforeAll(async () => {
  lab = await startTrafficLab();
});
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
});

const said = (sql: string, version: LoadStatement['for'] = 'both', weight = 1) => ({ sql, for: version, weight });

test('are sent for their version, each as one transaction, and the tables they write are covered', async () => {
  await lab.query(`CREATE TABLE alerts (id int PRIMARY KEY, seen_at timestamptz);
    CREATE TABLE journal (n bigint, who text);
    INSERT INTO alerts SELECT i FROM generate_series(1, 20) i`);
  const both = 'UPDATE alerts SET seen_at = now() WHERE id = $pick(alerts.id)';
  await using traffic = await lab.start(
    100,
    [],
    [
      said(both),
      said(`INSERT INTO journal VALUES ($seq, 'old'); INSERT INTO journal VALUES ($random(-5,-1), 'old')`, 'previous'),
      said(`INSERT INTO journal VALUES ($seq, 'new'); SELECT 1 / 0`, 'next'),
    ],
  );
  await lab.untilWritten('journal', 20);
  await lab.untilWritten('alerts', 10);
  traffic.setVersions(['next']);
  traffic.markPhaseBegin();
  await systemClock.wait(400);
  const measured = await traffic.stop();
  expect(Object.keys(measured.failedBySqlstate)).toEqual(['22012']);
  expect(await lab.ask(`SELECT string_agg(DISTINCT who, ',') FROM journal`)).toBe('old');
  expect(await lab.ask('SELECT count(*) FILTER (WHERE n > 0) = count(*) FILTER (WHERE n < 0) FROM journal')).toBe(
    'true',
  );
  const [alerts, journal] = measured.coverage;
  expect(alerts?.relation).toBe('public.alerts');
  expect(alerts?.seen).toBe(alerts?.planned);
  expect(journal?.relation).toBe('public.journal');
  expect(journal?.seen).toBeGreaterThan(10);
});

test('one that picks from what is not there is refused with the column', async () => {
  await expect(lab.start(10, [], [said('SELECT $pick(nowhere.id)')])).rejects.toMatchObject({
    fault: 'bundle',
    code: 'unknown-pick',
  });
});

test('one that can never work is refused with its place, and so is one that may not', async () => {
  await lab.query('CREATE TABLE parcels (id int PRIMARY KEY, weight int); CREATE TABLE hidden (id int)');
  await lab.query(
    'SET SESSION AUTHORIZATION DEFAULT; REVOKE ALL ON hidden FROM app; ALTER TABLE hidden OWNER TO CURRENT_USER',
  );
  const good = said('UPDATE parcels SET weight = $random(1,9) WHERE id = 1');
  for (const [bad, reason] of [
    ['UPDATE parcels SET wieght = 1', /42703 column "wieght"/],
    ['UPDTE parcels SET weight = 1', /42601 syntax error/],
    ['SELECT * FROM hidden', /42501 permission denied/],
  ] as const) {
    await expect(lab.start(10, [], [good, said(bad)])).rejects.toMatchObject({
      fault: 'bundle',
      code: 'refused-load-statement',
      message: expect.stringMatching(reason),
      problems: [{ file: 'rehearsal.yaml', key: 'load.statements[1]' }],
    });
  }
  // What only the next version sends may need what the migration makes, and what an explanation cannot show may work.
  await using traffic = await lab.start(
    10,
    [],
    [said('SELECT nowhere FROM parcels', 'next'), said('LOCK TABLE parcels')],
  );
  await traffic.stop();
  expect(await lab.ask('SELECT count(*) FROM parcels')).toBe('0');
});
