import { describe, expect, test } from 'vitest';
import { type EngineFacts, lacksOfEngine, refusesEngine } from '../../../workers/hosts/docker/judge-engine.ts';

const ordinary: EngineFacts = {
  apiVersion: '1.41',
  osType: 'linux',
  limitsMemory: true,
  limitsSwap: true,
  cgroupVersion: '1',
  securityOptions: ['name=seccomp,profile=default'],
  isInside: false,
};

describe('an engine is refused by name, with a remedy', () => {
  test.for([
    ['engine-remote', { dockerHost: 'ssh://build.example.net' }],
    ['engine-remote', { dockerHost: 'tcp://10.0.0.7:2376' }],
    ['engine-remote', { dockerHost: 'tcp://[2001:db8::1]:2375' }],
    ['engine-not-linux', { osType: 'windows' }],
    ['engine-too-old', { apiVersion: '1.39' }],
    ['engine-too-old', { apiVersion: '1.9' }],
    ['engine-rootless', { securityOptions: ['name=seccomp,profile=default', 'name=rootless'] }],
    ['engine-remaps-users', { securityOptions: ['name=userns'] }],
  ] as const)('%s: %j', ([code, change]) => {
    const refused = refusesEngine({ ...ordinary, ...change });
    expect(refused).toMatchObject({ fault: 'machine', code });
    expect(refused?.remedy).toContain(code === 'engine-not-linux' ? 'Linux containers' : '--host process');
  });
});

test.for([
  {},
  { cgroupVersion: '2' },
  { apiVersion: '1.51' },
  { dockerHost: 'unix:///run/other/docker.sock' },
  { dockerHost: 'tcp://127.0.0.1:2375' },
  { dockerHost: 'tcp://localhost:2375' },
  { dockerHost: 'tcp://[::1]:2375' },
  { securityOptions: ['name=rootless'], isInside: true },
])('an engine that works is taken: %j', (change) => {
  expect(refusesEngine({ ...ordinary, ...change })).toBeUndefined();
  expect(lacksOfEngine({ ...ordinary, ...change })).toEqual([]);
});

test('an engine that cannot limit memory or swap is taken, and told how to', () => {
  const remedies = (change: Partial<EngineFacts>) =>
    lacksOfEngine({ ...ordinary, ...change }).map(({ remedy }) => remedy);
  expect(remedies({ limitsMemory: false })).toEqual([expect.stringContaining('cgroup_enable=memory')]);
  expect(remedies({ limitsMemory: false, cgroupVersion: '2' })).toEqual([expect.stringContaining('+memory')]);
  expect(remedies({ limitsSwap: false })).toEqual([expect.stringContaining('swapoff')]);
});
