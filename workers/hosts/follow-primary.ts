import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';

/**
 * Makes a data directory that was never started that of a standby; gives the files that it wrote.
 * https://www.postgresql.org/docs/current/warm-standby.html#STANDBY-SERVER-OPERATION
 */
export async function follow(pgdata: string, primary: ServerAddress): Promise<readonly string[]> {
  const configuration = join(pgdata, 'postgresql.conf');
  const signal = join(pgdata, 'standby.signal');
  // The last mention of a setting wins: what production's primary says of these does not hold for a standby here.
  await appendFile(configuration, lines({ ...standbySettings, primary_conninfo: connection(primary) }));
  await writeFile(signal, '', { mode: 0o600 });
  return [configuration, signal];
}

const standbySettings = {
  hot_standby: 'on',
  // A standby that is late on purpose would be late here too, and nothing could be told from it.
  recovery_min_apply_delay: '0',
  primary_slot_name: '',
  wal_retrieve_retry_interval: '100ms',
};

const lines = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE */
function connection({ host, port, user, password }: ServerAddress): string {
  const parts = { host, port: String(port), user, password, application_name: 'rehearsal/standby' };
  return Object.entries(parts)
    .map(([name, value]) => `${name}='${value.replace(/[\\']/g, '\\$&')}'`)
    .join(' ');
}
