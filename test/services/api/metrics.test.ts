import { expect, test } from 'vitest';
import { startMeasuredApi } from '../../support/measured-api.ts';

const gateCounts = (metrics: string) =>
  Object.fromEntries(
    [...metrics.matchAll(/^rehearsal_gate_answers_total\{answer="([a-z-]+)"\} (\d+)$/gm)].map(([, answer, count]) => [
      answer,
      Number(count),
    ]),
  );

test('what the gate tells is counted by answer, from naught, and nothing else is counted with it', async () => {
  await using api = await startMeasuredApi();
  const gate = (version: string) => api.ask(`/v1/gate?service=orders&version=${version}`);
  expect(gateCounts(await api.metrics())).toEqual({ allow: 0, block: 0, 'never-rehearsed': 0, closed: 0 });
  expect(await gate('1')).toBe(200);
  expect(await gate('2')).toBe(412);
  expect(await gate('2')).toBe(412);
  expect(await gate('3')).toBe(404);
  // No answer of the gate: the question was none.
  expect(await api.ask('/v1/gate')).toBe(400);
  api.loseQueue();
  expect(await gate('1')).toBe(503);
  expect(await api.ask('/readyz')).toBe(503);
  expect(gateCounts(await api.metrics())).toEqual({ allow: 1, block: 2, 'never-rehearsed': 1, closed: 1 });
});

test('answers are counted by method, route and status', async () => {
  await using api = await startMeasuredApi();
  await api.ask('/healthz');
  await api.ask('/healthz');
  expect(await api.metrics()).toContain('rehearsal_http_answers_total{method="GET",route="/healthz",status="200"} 2\n');
});
