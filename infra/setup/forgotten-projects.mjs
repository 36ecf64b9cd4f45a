import { spawnSync } from 'node:child_process';

const label = 'com.docker.compose.project';

/**
 * A test that was killed took its compose project not down, and an engine that starts again starts its containers, too.
 * Only for an engine that is ours: on another one somebody may be testing now.
 */
export function removeForgottenProjects(prefix = 'rehearsal-test-') {
  for (const [kind, remove] of [
    ['container', ['rm', '-f', '-v']],
    ['network', ['rm']],
    ['volume', ['rm']],
  ]) {
    const list = kind === 'container' ? ['container', 'ls', '-a'] : [kind, 'ls'];
    const format = kind === 'volume' ? '{{.Name}}' : '{{.ID}}';
    const forgotten = docker(...list, '--filter', `label=${label}`, '--format', `${format} {{.Label "${label}"}}`)
      .map((line) => line.split(' '))
      .filter(([, project]) => project?.startsWith(prefix))
      .map(([name]) => name);
    if (forgotten.length > 0) docker(kind, ...remove, ...forgotten);
  }
}

function docker(...args) {
  const { stdout = '' } = spawnSync('docker', args, { encoding: 'utf8', timeout: 60_000 });
  return stdout.split('\n').filter((line) => line !== '');
}
