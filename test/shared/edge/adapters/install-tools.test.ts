import { execFileSync, spawnSync } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installTools } from '../../../../shared/edge/adapters/install-tools.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';

describe('installTools', () => {
  test('makes one directory, however many processes ask at once', async () => {
    await using data = await temporaryDirectory();
    const paths = await Promise.all(Array.from({ length: 5 }, () => installTools(data.path)));
    expect(new Set(paths).size).toBe(1);
    expect(await readdir(join(data.path, 'tools'))).toHaveLength(1);
  });

  test('does not touch what is there already', async () => {
    await using data = await temporaryDirectory();
    const first = await installTools(data.path);
    const before = await stat(join(first, 'package.json'));
    expect(await installTools(data.path)).toBe(first);
    expect((await stat(join(first, 'package.json'))).ino).toBe(before.ino);
  });

  test('says nothing to whoever it is made for', async () => {
    await using data = await temporaryDirectory();
    const module = join(import.meta.dirname, '../../../../shared/edge/adapters/install-tools.ts');
    const script = `await (await import(${JSON.stringify(module)})).installTools(${JSON.stringify(data.path)})`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('holds a program that needs nothing else of this repository', async () => {
    await using data = await temporaryDirectory();
    const tools = await installTools(data.path);
    const run = () =>
      execFileSync(process.execPath, [join(tools, 'workers/sql-runner/main.js')], { env: {}, stdio: 'pipe' });
    // Everything it imports was found: only its orders are missing.
    expect(run).toThrow('REHEARSAL_SQL_RUN is not JSON.');
    await rm(join(tools, 'node_modules/pg-protocol'), { recursive: true });
    expect(run).toThrow(/pg-protocol/);
  });

  test('can be read by everyone and written by nobody else', async () => {
    await using data = await temporaryDirectory();
    const tools = await installTools(data.path);
    const find = (condition: string) => execFileSync('/bin/sh', ['-c', `find '${tools}' ${condition}`]).toString();
    expect(find('! -perm -o+r')).toBe('');
    expect(find('-type d ! -perm -o+x')).toBe('');
    expect(find('-perm /go+w')).toBe('');
  });
});
