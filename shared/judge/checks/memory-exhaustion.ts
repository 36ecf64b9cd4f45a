import type { MigrationAttempt, RunResult } from '../../domain/observation.ts';
import type { JudgeContext } from '../context.ts';
import { honestAttempts } from '../derive/attempts.ts';
import { placeOf } from '../derive/place.ts';
import { bytes, count, shortSql } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** A kill for memory strikes between any two statements: what is left is nobody's plan. */
export const memoryExhaustion = defineCheck({
  id: 'memory-exhaustion',
  title: 'The migration runs out of memory',
  why: 'It is killed half way, the tool cannot clean up, and the restarted job meets a state that it does not know.',
  incident: 'oom-third-state',
  severity: 'blocks',
  needs: ['control', 'underLoad', 'contention'],
  uses: ['interruption'],
  parts: ['migration'],
  find: (readings, context) =>
    Object.values(readings).flatMap(({ runs }) =>
      runs.flatMap((run) => [...killedCommands(run, context), ...killedBackends(run)]),
    ),
  lacks: (_readings, context) => limitsNobodyKept(context),
});

function killedCommands(run: RunResult, context: JudgeContext): readonly Draft[] {
  return honestAttempts(run)
    .filter((attempt) => attempt.oomKilled)
    .map((attempt) => {
      const last = attempt.statements.at(-1);
      const { file, line } = last === undefined ? {} : placeOf(last, attempt.phase, context);
      return {
        title: `${attempt.phase} is killed for memory${limitOf(attempt)}`,
        summary: `The command was killed${limitOf(attempt)} ${last === undefined ? 'before its first statement' : `after it had sent “${shortSql(last.sql)}”`}.`,
        runs: [run],
        phase: attempt.phase,
        file,
        line,
        facts: { peakBytes: attempt.memoryPeakBytes ?? null, limitBytes: attempt.memoryLimitBytes ?? null },
        remedy: {
          text: `Read and write the rows of ${attempt.phase} in batches that fit, each committed with its progress, then run: rehearse run . --only control`,
        },
      };
    });
}

function killedBackends(run: RunResult): readonly Draft[] {
  if (run.backendsOomKilled === 0) return [];
  return [
    {
      title: 'The server lost a backend for memory',
      summary: `${count(run.backendsOomKilled, 'backend was', 'backends were')} killed for memory: the server ended every session and recovered.`,
      runs: [run],
      phase: run.attempts.at(-1)?.phase,
      facts: { backends: run.backendsOomKilled },
      remedy: {
        text: 'Sort and build with less memory in the migration’s session:',
        sql: "SET LOCAL work_mem = '16MB';\nSET LOCAL maintenance_work_mem = '64MB';",
      },
    },
  ];
}

const limitOf = ({ memoryLimitBytes }: MigrationAttempt): string =>
  memoryLimitBytes === undefined ? '' : ` at its limit of ${bytes(memoryLimitBytes)}`;

/** A declared limit that the host could not keep proves nothing, unless the peak was seen and stayed below it. */
function limitsNobodyKept({ host, manifest, control }: JudgeContext): readonly string[] {
  if (host.memoryLimit !== 'none') return [];
  return manifest.phases.flatMap(({ name, memoryBytes }) => {
    if (memoryBytes === undefined) return [];
    const peak = control?.attempts.find((attempt) => attempt.phase === name)?.memoryPeakBytes;
    return peak !== undefined && peak < memoryBytes
      ? []
      : [`this host cannot limit memory, so the ${bytes(memoryBytes)} of ${name} were not put to the test`];
  });
}
