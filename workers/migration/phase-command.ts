import type { Phase } from '../../shared/domain/bundle.ts';
import type { Clone, ProcessRequest } from '../../shared/edge/ports/clone-host.ts';
import type { Login } from '../../shared/edge/ports/snapshots.ts';
import { sqlRunnerCommand } from '../../shared/plan/sql-runner-command.ts';

/**
 * The process of one phase exactly as the team deploys it; `sql` phases are our runner, a child process like any other.
 * Its timeout is kept by whoever holds it up and knows for how long.
 */
export function phaseProcess(
  phase: Phase,
  clone: Clone,
  tap: { readonly host: string; readonly port: number },
  limited: boolean,
): ProcessRequest {
  const runner = phase.run.kind === 'sql' ? sqlRunnerCommand(phase, clone.toolsPath, clone.bundlePath) : undefined;
  const command = phase.run.kind === 'command' ? phase.run.command : runner?.command;
  return {
    name: 'migration',
    ...(command === undefined ? {} : { command }),
    ...(phase.image === undefined ? {} : { image: phase.image }),
    dir: phase.dir,
    ...(phase.writable === undefined ? {} : { writable: phase.writable }),
    env: {
      ...databaseEnvironment(tap, clone.migrate, clone.admin.database),
      REHEARSAL_PHASE: phase.name,
      REHEARSAL_VERSION: 'next',
      ...runner?.env,
      ...phase.env,
    },
    ...(limited && phase.memoryBytes !== undefined ? { memoryBytes: phase.memoryBytes } : {}),
  };
}

/** How every process of a bundle finds its database (CONTRACT 1.3): through the tap. */
export function databaseEnvironment(
  tap: { readonly host: string; readonly port: number },
  login: Login,
  database: string,
): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl(tap, login, database),
    PGHOST: tap.host,
    PGPORT: String(tap.port),
    PGUSER: login.user,
    PGPASSWORD: login.password,
    PGDATABASE: database,
    REHEARSAL: '1',
  };
}

export const databaseUrl = (
  tap: { readonly host: string; readonly port: number },
  { user, password }: Login,
  database: string,
): string =>
  `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${tap.host}:${tap.port}/${encodeURIComponent(database)}`;
