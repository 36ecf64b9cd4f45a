import { expect, test } from 'vitest';
import { configurationFile, enforcedSettings } from '../../../workers/hosts/server-settings.ts';

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
    { archive_command: 'cp %p /backup', hba_file: '/etc/hba', primary_conninfo: 'host=prod' },
    { port: '1' },
  );
  expect(file).not.toMatch(/archive_command|hba_file|primary_conninfo|port/);
  expect(enforcedSettings({ listenAddresses: '127.0.0.1', port: 1, logDirectory: '/l' })).toMatchObject({
    archive_mode: 'off',
  });
});
