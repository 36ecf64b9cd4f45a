import { access, appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from '../../../shared/domain/finding.ts';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { Plan } from '../../../shared/domain/plan.ts';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import type { Report } from '../../../shared/domain/report.ts';
import { type RunSpec, scenarios } from '../../../shared/domain/run.ts';
import { loadBundle } from '../../../shared/edge/adapters/bundle/load-bundle.ts';
import { defaultRules } from '../../../shared/judge/default-rules.ts';
import { assembleEvidence } from '../../../shared/plan/assemble-evidence.ts';
import type { Pipeline } from '../../../workers/jobs/pipeline.ts';
import { notRun } from '../../../workers/not-run.ts';

/**
 * A core that does nothing but keep count, so that the service around it can be tested in seconds. `dir` holds what
 * tests
 * look at and say: `performed` has a line a start of a run, and a run waits as long as a file `hold-<run>` is there. FAKE_RUN_MS is how long each takes.
 */
export function fakePipeline(dir: string, snapshots: readonly string[] = []): Pipeline {
  return {
    prepare: async (archivePath, rehearsal, plan) => {
      const { bundle, dir: unpacked } = await loadBundle(archivePath, join(dir, 'scratch'));
      if (bundle.manifest.version.endsWith('-refused')) {
        await rm(unpacked, { recursive: true });
        throw new RehearsalError('bundle', 'invalid-bundle', 'The seed cannot be loaded.', 'Correct it.', {
          problems: [{ file: 'seed.sql', line: 3, message: 'syntax error' }],
        });
      }
      return {
        plan: plan ?? { ...facts, rehearsalId: rehearsal.id, bundle, seed: rehearsal.seed },
        perform: (spec, signal) => perform(dir, spec, signal),
        [Symbol.asyncDispose]: () => rm(unpacked, { recursive: true, force: true }),
      };
    },
    planRuns: (_plan, results) => {
      const isLast = results.length >= 1;
      return { runs: isLast ? [...first, ...second] : first, notTested: [], complete: isLast };
    },
    refusalIn: () => undefined,
    judge: (plan, sheet, results, { startedAt, durationMs }) => {
      const evidence = assembleEvidence(plan, sheet, results, { startedAt, durationMs });
      return { evidence, report: reportOf(plan, startedAt, durationMs) };
    },
    snapshots: async () =>
      snapshots.map((name) => ({ name, version: '1', digest: 'sha256:0', dataAsOf: null, bytes: 1, major: 17 })),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

const spec = (id: string, alone: boolean): RunSpec => ({
  id: parseRunId(id),
  scenario: 'control',
  seed: 1,
  alone,
  expectedEnds: {},
  limits: 'declared',
});
const first = [spec('control', false)];
const second = [spec('alone-1', true), spec('shared-1', false), spec('alone-2', true), spec('shared-2', false)];

const facts: Omit<Plan, 'rehearsalId' | 'bundle' | 'seed'> = {
  snapshot: { name: 'sql', version: '1', digest: 'sha256:0', dataAsOf: null, bytes: 1, major: 17 },
  host: { kind: 'process', postgres: '17.0', memoryLimit: 'none', cpus: 1, memoryBytes: 1 },
  rules: defaultRules(),
  only: scenarios,
};

async function perform(dir: string, run: RunSpec, signal: AbortSignal): ReturnType<PerformOf> {
  const runMs = Number(process.env.FAKE_RUN_MS ?? 0);
  await appendFile(join(dir, 'performed'), `start ${run.id} ${process.pid}\n`);
  while (await exists(join(dir, `hold-${run.id}`))) await delay(20, undefined, { signal });
  if (runMs > 0) await delay(runMs, undefined, { signal });
  await appendFile(join(dir, 'performed'), `end ${run.id} ${process.pid}\n`);
  return { ...notRun(run, ''), outcome: 'completed' };
}
type PerformOf = Awaited<ReturnType<Pipeline['prepare']>>['perform'];

export async function performedIn(dir: string): Promise<readonly { what: string; run: string; pid: number }[]> {
  const text = await readFile(join(dir, 'performed'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [what = '', run = '', pid = ''] = line.split(' ');
      return { what, run, pid: Number(pid) };
    });
}

function reportOf(plan: Plan, startedAt: Date, durationMs: number): Report {
  const { manifest, digest } = plan.bundle;
  const isBad = manifest.version.endsWith('-bad');
  return {
    reportVersion: 1,
    rehearsalId: plan.rehearsalId,
    service: manifest.service,
    version: manifest.version,
    previous: manifest.previous,
    environment: manifest.environment,
    seed: plan.seed,
    verdict: isBad ? 'fail' : 'pass',
    sentence: isBad ? 'It fails.' : 'It passes.',
    harm: 'none',
    startedAt: startedAt.toISOString(),
    durationMs,
    digests: { bundle: digest, snapshot: 'sha256:0', rules: plan.rules.digest, previousApp: null, nextApp: null },
    snapshot: { name: 'sql', version: '1', dataAsOf: null, bytes: 1, cloneMethod: 'copy' },
    host: plan.host,
    runs: [],
    compatibility: { overlap: manifest.overlap, cells: [] },
    findings: isBad ? [finding] : [],
    checks: [],
    recovery: [],
    notTested: [],
  };
}

const finding: Finding = {
  check: 'failed-migration',
  severity: 'blocks',
  title: 'The migration fails',
  summary: 'It fails with nobody else in the room.',
  scenario: 'control',
  relation: 'public.alerts',
  evidence: { runs: [parseRunId('control')] },
  remedy: { text: 'Correct it.' },
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
