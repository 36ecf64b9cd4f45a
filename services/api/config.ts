import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { artifactsOfEnvironment } from '../../shared/edge/adapters/artifacts/artifacts-of-environment.ts';
import type { Artifacts } from '../../shared/edge/ports/artifacts.ts';
import { type GitlabSettings, gitlabOfEnvironment } from '../integrations/gitlab/gitlab-of-environment.ts';
import { isNetwork } from '../integrations/webhooks/guard-address.ts';

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  /** Redis where REDIS_URL is given, else the service's own PostgreSQL. */
  readonly queueUrl: string;
  /** Where archives are kept; absent: in PostgreSQL. */
  readonly artifacts: Artifacts | undefined;
  /** Only archives on their way to the store lie there. */
  readonly dataRoot: string;
  /** First admin token; absent: made and printed where the store has none. */
  readonly token: string | undefined;
  readonly archiveBytesMax: number;
  /** Not public, and yet webhooks may be sent there; `10.1.0.0/16,127.0.0.1`. */
  readonly webhookNetworks: readonly string[];
  /** Absent: no external status check is answered. */
  readonly gitlab: GitlabSettings | undefined;
  /** Ed25519 private key in PEM; absent: one is made and kept below the data root. */
  readonly signingKey: string | undefined;
  readonly requestsPerMinuteMax: number;
  /** Evidence, run results and archives older than this are removed. */
  readonly evidenceDaysMax: number;
  readonly logLevel: string;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Throws RehearsalError `invalid-environment` that names every variable that is wrong, at once. */
export function readApiConfig(env: Readonly<Record<string, string | undefined>>): ApiConfig {
  const problems: { key: string; message: string }[] = [];
  const refuseKey = (key: string, message: string) => problems.push({ key, message });
  const port = Number(env.PORT ?? 4455);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) refuseKey('PORT', 'must be a number from 0 to 65535');
  const databaseUrl = env.DATABASE_URL ?? '';
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) refuseKey('DATABASE_URL', 'must be set to postgresql://…');
  const redisUrl = env.REDIS_URL;
  if (redisUrl !== undefined && !/^rediss?:\/\//.test(redisUrl)) refuseKey('REDIS_URL', 'must be redis://… or absent');
  const artifacts = artifactsOfEnvironment(env, refuseKey);
  const token = env.REHEARSAL_TOKEN;
  if (token !== undefined && token.length < 16) refuseKey('REHEARSAL_TOKEN', 'must have at least 16 characters');
  const archiveBytesMax = Number(env.REHEARSAL_ARCHIVE_BYTES_MAX ?? 512 * 1024 * 1024);
  if (!(archiveBytesMax > 0)) refuseKey('REHEARSAL_ARCHIVE_BYTES_MAX', 'must be a number of bytes');
  const webhookNetworks = (env.REHEARSAL_WEBHOOK_NETWORKS ?? '').split(',').filter((network) => network !== '');
  if (!webhookNetworks.every(isNetwork))
    refuseKey('REHEARSAL_WEBHOOK_NETWORKS', 'must be networks such as 10.1.0.0/16');
  const gitlab = gitlabOfEnvironment(env, refuseKey);
  const signingKey = env.REHEARSAL_SIGNING_KEY;
  if (signingKey !== undefined && !signingKey.includes('PRIVATE KEY')) {
    refuseKey('REHEARSAL_SIGNING_KEY', 'must be an Ed25519 private key in PEM');
  }
  const requestsPerMinuteMax = Number(env.REHEARSAL_REQUESTS_PER_MINUTE_MAX ?? 60_000);
  if (!(requestsPerMinuteMax > 0)) refuseKey('REHEARSAL_REQUESTS_PER_MINUTE_MAX', 'must be a number from 1 on');
  const evidenceDaysMax = Number(env.REHEARSAL_EVIDENCE_DAYS_MAX ?? 90);
  if (!(evidenceDaysMax >= 7)) refuseKey('REHEARSAL_EVIDENCE_DAYS_MAX', 'must be a number of days from 7 on');
  const logLevel = env.LOG_LEVEL ?? 'info';
  if (!logLevels.includes(logLevel)) refuseKey('LOG_LEVEL', `must be one of ${logLevels.join(', ')}`);
  if (problems.length > 0) {
    throw new RehearsalError('machine', 'invalid-environment', 'The environment is not valid.', 'Set what is named.', {
      problems,
    });
  }
  return {
    host: env.HOST ?? '127.0.0.1',
    port,
    databaseUrl,
    queueUrl: redisUrl ?? databaseUrl,
    artifacts,
    dataRoot: resolve(env.REHEARSAL_DATA ?? join(tmpdir(), 'rehearsal')),
    token,
    archiveBytesMax,
    webhookNetworks,
    gitlab,
    signingKey,
    requestsPerMinuteMax,
    evidenceDaysMax,
    logLevel,
  };
}
