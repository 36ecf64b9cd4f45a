import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId } from '../../../shared/domain/ids.ts';
import type { Evidence, RunResult } from '../../../shared/domain/observation.ts';
import type { ControlRun, RunSpec, Scenario } from '../../../shared/domain/run.ts';
import { planRuns } from '../../../shared/plan/plan-runs.ts';
import { shapesOfRun } from '../../../shared/plan/shapes-of-run.ts';
import { type Engine, openEngine } from '../../../workers/engine.ts';
import { performRun, type RunContext } from '../../../workers/perform-run.ts';
import { type Rehearsing, rehearse } from '../../../workers/rehearse.ts';
import { type BundleFiles, writtenBundle } from '../../support/vendor.ts';

/** A process host on a data root of its own; leaving the scope removes both and every bundle. */
export interface ScenarioLab extends AsyncDisposable {
  bundle(files: BundleFiles, only?: readonly Scenario[]): Promise<LabBundle>;
}

/** One bundle, ready to be run. */
export interface LabBundle {
  readonly context: RunContext;
  run(spec: RunSpec, signal?: AbortSignal): Promise<RunResult>;
  control(limits?: 'declared' | 'unlimited' | 'traced'): Promise<RunResult>;
  /** Plans on these results and performs the run of this name, with some parts of the context in another way. */
  planned(id: string, results: readonly RunResult[], otherwise?: Partial<RunContext>): Promise<RunResult>;
  rehearse(): Promise<Evidence>;
}

export async function openScenarioLab(): Promise<ScenarioLab> {
  await using made = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), 'rehearsal-lab-'));
  made.defer(() => rm(root, { recursive: true, force: true }));
  const engine = made.use(await openEngine({ dataRoot: root, host: 'process' }));
  const held = made.move();
  return {
    bundle: (files, only) => prepare(engine, files, held, only),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function prepare(
  engine: Engine,
  files: BundleFiles,
  lab: AsyncDisposableStack,
  only: readonly Scenario[] | undefined,
): Promise<LabBundle> {
  const { dir } = lab.use(await writtenBundle(files));
  const context = await engine.prepare(await engine.load(dir), { seed: 7, ...(only === undefined ? {} : { only }) });
  const run = (spec: RunSpec, signal = new AbortController().signal) => performRun(context, spec, signal);
  const perform: Rehearsing['perform'] = (spec, shapes) =>
    performRun({ ...context, shapes }, spec, new AbortController().signal);
  return {
    context,
    run,
    control: (limits = 'declared') => run(controlSpec(limits)),
    planned: (id, results, otherwise = {}) => {
      const { runs } = planRuns(context.plan, results);
      const spec = runs.find((candidate) => candidate.id === id);
      if (spec === undefined) {
        const outcomes = results.map(({ spec, outcome, why, attempts }) => [
          spec.id,
          outcome,
          why,
          attempts.at(-1)?.outputTail,
        ]);
        throw new Error(`${id} is not among ${runs.map((candidate) => candidate.id)}: ${JSON.stringify(outcomes)}`);
      }
      const shapes = shapesOfRun(spec, results);
      return performRun({ ...context, shapes, ...otherwise }, spec, new AbortController().signal);
    },
    rehearse: () => rehearse(context.plan, { clock: context.clock, parallel: 2, perform, progress }),
  };
}

const progress = (): void => undefined;

export function controlSpec(limits: 'declared' | 'unlimited' | 'traced'): ControlRun {
  const id = parseRunId(limits === 'declared' ? 'control' : `control-${limits}`);
  return { id, scenario: 'control', seed: 7, alone: false, expectedEnds: {}, limits };
}

/** The statements of the only attempt, or of the one of this phase. */
export function statementsOf(result: RunResult, phase?: string) {
  const attempt = result.attempts.find((candidate) => phase === undefined || candidate.phase === phase);
  if (attempt === undefined) throw new Error(`no attempt: ${result.why ?? result.outcome}`);
  return attempt.statements;
}

/** Every relation with its mode and where that is known from, of one statement. */
export const locksOf = (statement: ReturnType<typeof statementsOf>[number] | undefined): readonly string[] =>
  (statement?.locks ?? []).map(({ relation, mode, source }) => `${source} ${mode} ${relation}`);

/** A command that runs `body` with a connected `client`. */
export const migration = (body: string): string => `import pg from 'pg';
const connect = async () => {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  return client;
};
const client = await connect();
${body}
await client.end();
`;
