import { RehearsalError } from '../../shared/domain/problem.ts';

type Settings = Readonly<Record<string, string>>;

/** What a clone runs with where neither production nor the manifest says anything. */
const defaults: Settings = {
  shared_buffers: '128MB',
  max_connections: '100',
  // Background vacuum starts when it likes; a clone must do the same every time it is asked.
  autovacuum: 'off',
  timezone: 'UTC',
  lc_messages: 'C',
};

/** Settings that name places, peers or programs of the production machine: a clone must not reach for them. */
const neverCopied = new Set([
  'data_directory',
  'config_file',
  'hba_file',
  'ident_file',
  'external_pid_file',
  'archive_command',
  'archive_library',
  'restore_command',
  'primary_conninfo',
  'primary_slot_name',
  // Every commit would wait for a standby that only production has.
  'synchronous_standby_names',
  'port',
  'listen_addresses',
  'unix_socket_directories',
]);

/**
 * The clone's postgresql.conf: defaults, then the settings captured with the snapshot, then those of the request. The
 * last mention wins.
 * In the file, not on the command line, so that a session, a role or ALTER SYSTEM may override them as in production.
 */
export function configurationFile(captured: Settings, requested: Settings): string {
  const all = { ...defaults, ...captured, ...requested };
  const lines = Object.entries(all)
    .filter(([name]) => !neverCopied.has(name))
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
  return `${lines.join('\n')}\n`;
}

export interface ServerPlacement {
  readonly listenAddresses: string;
  readonly port: number;
  /** Absolute path as the server sees it. */
  readonly logDirectory: string;
}

/** Name of the log in `logDirectory`, one JSON object a line. */
export const serverLogName = 'server.json';

/** What must hold whatever production says, given on the command line, where nothing overrides it. */
export function enforcedSettings({ listenAddresses, port, logDirectory }: ServerPlacement): Settings {
  return {
    listen_addresses: listenAddresses,
    port: String(port),
    unix_socket_directories: '',
    ssl: 'off',
    huge_pages: 'off',
    // A killed process loses nothing that it wrote: only a machine without power would, and a clone does not outlive
    // that.
    fsync: 'off',
    archive_mode: 'off',
    // Who subscribes in a rehearsal must not take from production's slot what belongs to production's subscriber.
    max_logical_replication_workers: '0',
    // Shared memory in files of the data directory, so that even a killed server leaves nothing elsewhere.
    dynamic_shared_memory_type: 'mmap',
    logging_collector: 'on',
    log_destination: 'jsonlog',
    log_directory: logDirectory,
    log_filename: 'server.log',
    log_file_mode: '0600',
    log_rotation_age: '0',
    log_rotation_size: '0',
    log_timezone: 'UTC',
    log_min_messages: 'error',
    log_min_error_statement: 'error',
    log_statement: 'none',
    log_duration: 'off',
    log_min_duration_statement: '-1',
    log_checkpoints: 'off',
    log_autovacuum_min_duration: '-1',
    // Values of rows must not get into a log.
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  };
}

/** What a server said when it did not start because of a setting; undefined: it was something else. */
export function refusedSetting(said: string): RehearsalError | undefined {
  const unknown = /unrecognized configuration parameter "([^"]+)"/.exec(said)?.[1];
  const line = said
    .split('\n')
    .find((candidate) => /invalid value for parameter|outside the valid range/.test(candidate));
  const isSetting = /configuration parameter|could not access file|configuration file/.test(said);
  if (unknown === undefined && line === undefined && !isSetting) return undefined;
  // Which file of the clone it stands in is no one's business, and it is gone when this is read.
  const told = (line ?? said.split('\n').find((candidate) => /FATAL|parameter|access file/.test(candidate)) ?? '')
    .replace(/^.*?(?:FATAL|ERROR|LOG):\s*/, '')
    .replace(/ in file ".*$/, '')
    .replace(/configuration file "[^"]*"/, 'its configuration');
  const name = unknown ?? /parameter "([^"]+)"/.exec(told)?.[1];
  const key = name === undefined ? 'postgres.settings' : `postgres.settings.${name}`;
  const message =
    unknown === undefined
      ? told
      : `there is no setting \`${unknown}\` in this major, without the libraries that it loads`;
  return new RehearsalError(
    'bundle',
    'refused-setting',
    `the server refuses its settings: ${message}`,
    `correct or remove ${key} in rehearsal.yaml; where it is a setting of the snapshot, override it there`,
    { problems: [{ file: 'rehearsal.yaml', key, message: `The server refuses it: ${message}.` }] },
  );
}
