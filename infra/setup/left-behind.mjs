import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * What of ours is on this machine now: containers, networks, volumes, mounts, control groups, processes. Taken before
 * and
 * after the tests; what is new afterwards was left behind.
 */
export function lookAround() {
  return new Set([
    ...docker('container', ['ps', '-a', '--filter', 'label=rehearsal', '--format', '{{.Names}}']),
    ...docker('container', ['ps', '-a', '--filter', 'label=org.testcontainers', '--format', '{{.Names}}']),
    ...docker('network', ['network', 'ls', '--filter', 'label=rehearsal', '--format', '{{.Name}}']),
    ...docker('volume', ['volume', 'ls', '--format', '{{.Name}}']),
    ...lines('/proc/mounts')
      .map((line) => line.split(' ')[1] ?? '')
      .filter((path) => path.includes('rehears'))
      .map((path) => `mount ${path}`),
    ...cgroups('/sys/fs/cgroup/memory'),
    ...cgroups('/sys/fs/cgroup'),
    ...processes(),
  ]);
}

function docker(kind, args) {
  const { status, stdout } = spawnSync('docker', args, { encoding: 'utf8', timeout: 20_000 });
  // No engine: nothing of ours can be in it.
  return status === 0
    ? stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `${kind} ${line}`)
    : [];
}

function lines(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
}

function cgroups(root) {
  return existsSync(root)
    ? readdirSync(root)
        .filter((name) => name.includes('rehears'))
        .map((name) => `cgroup ${root}/${name}`)
    : [];
}

/** Servers, workers and programs of bundles, by what they were started with. */
function processes() {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const command = commandOf(pid);
      return /rehears/.test(command) && !/vitest|infra\/setup|npm/.test(command)
        ? [`process ${pid} ${command.slice(0, 160)}`]
        : [];
    });
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch (error) {
    // It ended while we looked.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  }
}
