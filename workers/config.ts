import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import { resolve } from 'node:path';
import { type ProblemPlace, RehearsalError } from '../shared/domain/problem.ts';
import { artifactsOfEnvironment } from '../shared/edge/adapters/artifacts/artifacts-of-environment.ts';
import type { Artifacts } from '../shared/edge/ports/artifacts.ts';
import type { HostChoice } from './hosts/choose-host.ts';
import { defaultDataRoot } from './hosts/data-root.ts';
import { registryLoginsProblem, registryVariable } from './hosts/docker/registry-logins.ts';

export interface WorkerConfig {
  readonly databaseUrl: string;
  /** Redis where REDIS_URL is given, else the service's own PostgreSQL. */
  readonly queueUrl: string;
  /** Where archives are kept; absent: in PostgreSQL. */
  readonly artifacts: Artifacts | undefined;
  readonly dataRoot: string;
  readonly host: HostChoice;
  readonly runsAtOnce: number;
  /** Rehearsals of one service that are under way at once, on all workers. */
  readonly perService: number;
  readonly drainMs: number;
  readonly selfCheckEveryMs: number;
  /** What runs that must be alone are alone on. */
  readonly machine: string;
  readonly logLevel: string;
}

const hosts: readonly string[] = ['auto', 'docker', 'process'];
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Throws RehearsalError `invalid-environment` that names every variable that is wrong, at once. */
export function readWorkerConfig(env: Readonly<Record<string, string | undefined>>): WorkerConfig {
  const problems: ProblemPlace[] = [];
  const check = (ok: boolean, key: string, message: string) => ok || problems.push({ key, message });
  const databaseUrl = env.DATABASE_URL ?? '';
  check(/^postgres(ql)?:\/\//.test(databaseUrl), 'DATABASE_URL', 'must be set to postgresql://…');
  const redisUrl = env.REDIS_URL;
  check(redisUrl === undefined || /^rediss?:\/\//.test(redisUrl), 'REDIS_URL', 'must be redis://… or absent');
  const artifacts = artifactsOfEnvironment(env, (key, message) => problems.push({ key, message }));
  const registryProblem = registryLoginsProblem(env[registryVariable]);
  check(registryProblem === undefined, registryVariable, registryProblem ?? '');
  const host = env.REHEARSAL_HOST ?? 'auto';
  check(hosts.includes(host), 'REHEARSAL_HOST', `must be one of ${hosts.join(', ')}`);
  const runsAtOnce = Number(env.REHEARSAL_RUNS_AT_ONCE ?? Math.max(1, Math.min(4, availableParallelism())));
  check(Number.isInteger(runsAtOnce) && runsAtOnce >= 1, 'REHEARSAL_RUNS_AT_ONCE', 'must be a whole number from 1 on');
  const perService = Number(env.REHEARSAL_PER_SERVICE ?? 4);
  check(Number.isInteger(perService) && perService >= 1, 'REHEARSAL_PER_SERVICE', 'must be a whole number from 1 on');
  const drainSeconds = Number(env.REHEARSAL_DRAIN_SECONDS ?? 120);
  check(drainSeconds >= 0, 'REHEARSAL_DRAIN_SECONDS', 'must be a number of seconds');
  const selfCheckMinutes = Number(env.REHEARSAL_SELF_CHECK_MINUTES ?? 6 * 60);
  check(
    selfCheckMinutes >= 1 && selfCheckMinutes <= 12 * 60,
    'REHEARSAL_SELF_CHECK_MINUTES',
    'must be a number from 1 to 720: the gate believes nobody who has not checked himself for a day',
  );
  const logLevel = env.LOG_LEVEL ?? 'info';
  check(logLevels.includes(logLevel), 'LOG_LEVEL', `must be one of ${logLevels.join(', ')}`);
  if (problems.length > 0) {
    throw new RehearsalError('machine', 'invalid-environment', 'The environment is not valid.', 'Set what is named.', {
      problems,
    });
  }
  return {
    databaseUrl,
    queueUrl: redisUrl ?? databaseUrl,
    artifacts,
    dataRoot: resolve(defaultDataRoot(env)),
    host: host as HostChoice,
    runsAtOnce,
    perService,
    drainMs: drainSeconds * 1000,
    selfCheckEveryMs: selfCheckMinutes * 60_000,
    machine: env.REHEARSAL_MACHINE ?? machineName(),
    logLevel,
  };
}

/** Containers of one machine have names of their own but one kernel; its boot number is what they share. */
function machineName(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux: there one worker a machine is the rule, and its name will do.
    return hostname();
  }
}
