import { expect, test } from 'vitest';
import { configurationFile, enforcedSettings, refusedSetting } from '../../../workers/hosts/server-settings.ts';

test('the request has the last word over what was captured, and both over the defaults', () => {
  const file = configurationFile({ lock_timeout: '30s', max_connections: '400' }, { lock_timeout: '5s' });
  expect(file).toContain("lock_timeout = '5s'\n");
  expect(file).toContain("max_connections = '400'\n");
  expect(file).toContain("autovacuum = 'off'\n");
  expect(file).not.toContain('30s');
});

test('a quote in a value stays in the value', () => {
  expect(configurationFile({}, { application_name: "it's" })).toContain("application_name = 'it''s'\n");
});

test("a clone never reaches for production's files, peers or programs", () => {
  const file = configurationFile(
    { archive_command: 'cp %p', hba_file: '/etc/hba', primary_conninfo: 'host=prod', synchronous_standby_names: '*' },
    { port: '1' },
  );
  expect(file).not.toMatch(/archive_command|hba_file|primary_conninfo|synchronous|port/);
  expect(enforcedSettings({ listenAddresses: '127.0.0.1', port: 1, logDirectory: '/l' })).toMatchObject({
    archive_mode: 'off',
    max_logical_replication_workers: '0',
  });
});

test('a setting that no server knows is told by its name, and never by a path of the clone', () => {
  const said = `2026-11-22 08:00:00 UTC LOG:  unrecognized configuration parameter "lock_timeot" in file "/srv/x/pgdata/postgresql.conf" line 6
2026-11-22 08:00:00 UTC FATAL:  configuration file "/srv/x/pgdata/postgresql.conf" contains errors`;
  const refused = refusedSetting(said);
  expect(refused).toMatchObject({
    fault: 'bundle',
    problems: [{ file: 'rehearsal.yaml', key: 'postgres.settings.lock_timeot' }],
  });
  expect(JSON.stringify([refused?.message, refused?.remedy, refused?.problems])).not.toContain('/srv/');
});

test('a value that a server refuses is told with its setting', () => {
  const said = `LOG:  invalid value for parameter "lock_timeout": "soon"
FATAL:  configuration file "/srv/x/postgresql.conf" contains errors`;
  expect(refusedSetting(said)?.message).toContain('invalid value for parameter "lock_timeout": "soon"');
  expect(refusedSetting('FATAL:  could not create shared memory segment')).toBeUndefined();
});
