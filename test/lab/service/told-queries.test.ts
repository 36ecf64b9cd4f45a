import { expect, test } from 'vitest';
import { parseDigest, parseRunId } from '../../../shared/domain/ids.ts';
import type { RunResult } from '../../../shared/domain/observation.ts';
import { observed } from '../../../shared/domain/observed.ts';
import type { QueryShape } from '../../../shared/domain/query-shape.ts';
import type { RunSpec } from '../../../shared/domain/run.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import { watchCancellations } from '../../../workers/jobs/cancellations.ts';
import type { JobParts } from '../../../workers/jobs/jobs.ts';
import { performStoredRun } from '../../../workers/jobs/perform-stored-run.ts';
import type { Prepared } from '../../../workers/jobs/pipeline.ts';
import { notRun } from '../../../workers/not-run.ts';
import { cell, compatibilityRun, points } from '../../support/evidence-parts.ts';
import { planOf } from '../../support/run-results.ts';
import { startDatabase } from './parts.ts';
import { asOwner } from './store-owner.ts';

const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
const shapes: readonly QueryShape[] = [{ sql: 'SELECT id FROM alerts', types: [], from: 'production' }];
const baseline = compatibilityRun('previous', 'fresh', 'before');
const told: RunResult = {
  ...baseline,
  cells: [
    cell('previous', 'fresh', points.before, {
      shapes: observed({ shapes, beyondLimit: 0, overlong: 0, unpreparable: [] }),
    }),
  ],
};
const elsewhere: RunSpec = {
  ...(compatibilityRun('previous', 'fresh', 'after').spec as Extract<RunSpec, { app: 'previous' | 'next' }>),
  shapesToldBy: baseline.spec.id,
};

test('a worker gets the queries that a run on another machine told; until that has a result, it makes no run', async () => {
  await using database = await startDatabase();
  await using store = await openStore({ url: database.url, onError: () => undefined });
  await asOwner(database.url, `INSERT INTO bundles (digest, bytes) VALUES ('${digest}', 1)`);
  const capacity = { runsAtOnce: 2, memoryFreeBytes: 2 ** 32, diskFreeBytes: 2 ** 33, majors: [17] };
  await store.workers.beat({ id: 'here', machine: 'm1', capacity, snapshots: [] });
  const { rehearsal } = await store.rehearsals.submit({
    ...{ service: 'pager', version: '1', environment: 'production', owners: [], waiversCount: false },
    ...{ submittedBy: 'ci', bundleDigest: digest, rulesDigest: digest, snapshot: 'sql', seed: 1 },
    ...{ priority: 'normal', needs: { major: 17, memoryBytes: 1 } },
  });
  const { id } = rehearsal;
  expect(await store.admission.admit({ perService: 1, perMachine: 1 })).toEqual([id]);
  await store.runs.add(id, [baseline.spec, elsewhere]);

  const given: unknown[] = [];
  const prepared: Prepared = {
    plan: planOf(),
    perform: async (spec, _signal, shapesGiven) => {
      given.push([spec.id, shapesGiven]);
      return spec.id === baseline.spec.id ? told : { ...notRun(spec, ''), outcome: 'completed' };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  const { signal } = new AbortController();
  const parts = {
    ...{ store, worker: 'here', machine: 'm1', signal, cancellations: watchCancellations(store) },
    preparations: { of: async () => prepared },
    room: async () => ({ ...capacity, snapshots: [], diskReserveBytes: 0, copiesInFull: false }),
    engineWasAway: async () => false,
  } as unknown as JobParts;
  const perform = (run: RunSpec) => performStoredRun(parts, id, parseRunId(run.id), signal);

  await expect(perform(elsewhere)).rejects.toThrow('nobody has them');
  expect(await store.runs.result(id, baseline.spec.id)).toBeNull();
  expect(await perform(baseline.spec)).toBe('done');
  expect(await perform(elsewhere)).toBe('done');
  expect(given).toEqual([
    [baseline.spec.id, undefined],
    [elsewhere.id, shapes],
  ]);
});
