import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Undefined where it worked, else a sentence. */
export function aptInstall(...names) {
  const done = apt(['install', '-y', '--no-install-recommends', ...names]);
  return done.status === 0
    ? undefined
    : `apt-get install ${names.join(' ')} failed: ${(done.stderr ?? '').trim().split('\n').at(-1)}`;
}

/** apt-get, twice where need be: lists that are missing or out of date look like a package that does not exist. */
export function apt(args, { cwd } = {}) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const get = (...said) => spawnSync('apt-get', said, { cwd, encoding: 'utf8', env, timeout: 900_000 });
  const done = get(...args);
  if (done.status === 0) return done;
  get('update');
  return get(...args);
}

export const mayInstall = () => process.getuid?.() === 0 && hasProgram('apt-get');
export const commandFor = (name) => `${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install ${name}`;

export function hasProgram(program) {
  if (program.includes('/')) return existsSync(program);
  const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return places.some((place) => place !== '' && existsSync(join(place, program)));
}
