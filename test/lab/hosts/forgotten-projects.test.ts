import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { removeForgottenProjects } from '../../../infra/setup/forgotten-projects.mjs';
import { describeWith } from '../../support/require.ts';

const docker = (...args: readonly string[]) => execFileSync('docker', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
const id = randomBytes(4).toString('hex');
/** Named otherwise than those of tests that may be running now. */
const projects = { forgotten: `forgotten-${id}`, other: `other-${id}` };

describeWith('docker', 'compose projects of tests that were killed', () => {
  afterEach(() => {
    const [network = '', volume = ''] = namesOf(projects.other);
    docker('network', 'rm', network);
    docker('volume', 'rm', volume);
  });

  test('are removed with all that belongs to them, and no other project is', () => {
    for (const project of Object.values(projects)) make(project);
    const image = docker('image', 'ls', '-q').split('\n')[0] ?? '';
    const [network = '', volume = ''] = namesOf(projects.forgotten);
    const label = ['--label', labelOf(projects.forgotten)];
    docker('create', ...label, '--network', network, '-v', `${volume}:/kept`, '--entrypoint', 'true', image);
    expect(left(projects.forgotten)).toEqual([1, 1, 1]);

    removeForgottenProjects('forgotten-');

    expect(left(projects.forgotten)).toEqual([0, 0, 0]);
    expect(left(projects.other)).toEqual([0, 1, 1]);
  });
});

const labelOf = (project: string) => `com.docker.compose.project=${project}`;
const namesOf = (project: string) => [`${project}_default`, `${project}_data`];

function make(project: string): void {
  const [network = '', volume = ''] = namesOf(project);
  docker('network', 'create', '--label', labelOf(project), network);
  docker('volume', 'create', '--label', labelOf(project), volume);
}

/** Containers, networks, volumes. */
function left(project: string): readonly number[] {
  const lists = [
    ['container', 'ls', '-a'],
    ['network', 'ls'],
    ['volume', 'ls'],
  ] as const;
  return lists.map((list) => {
    const found = docker(...list, '-q', '--filter', `label=${labelOf(project)}`);
    return found === '' ? 0 : found.split('\n').length;
  });
}
