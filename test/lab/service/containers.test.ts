import { execFileSync } from 'node:child_process';
import { GenericContainer, Wait } from 'testcontainers';
import { describe, expect, it } from 'vitest';
import { parseRehearsalId, parseRunId } from '../../../shared/domain/ids.ts';
import { openQueue } from '../../../shared/edge/adapters/queue/open-queue.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import { describeWith } from '../../support/require.ts';
import { eventually } from './parts.ts';

// Its helper container comes from a registry; the containers here end with their scope.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';

const images = { postgres: 'rehearsal/postgres:17', redis: 'rehearsal/redis' };
const fail = (error: Error) => {
  throw error;
};

function isThere(image: string): boolean {
  try {
    execFileSync('docker', ['image', 'inspect', image], { stdio: 'pipe' });
    return true;
  } catch {
    // The suite below says so and is skipped.
    return false;
  }
}

describeWith('docker', 'the adapters against servers in containers', () => {
  describe.skipIf(!isThere(images.postgres))(`store on ${images.postgres}`, () => {
    it('migrates once, whoever comes first, and keeps what it is given', async () => {
      await using container = await new GenericContainer(images.postgres)
        .withEnvironment({ POSTGRES_PASSWORD: 'secret' })
        .withExposedPorts(5432)
        .withWaitStrategy(Wait.forListeningPorts())
        .start();
      const url = `postgresql://postgres:secret@${container.getHost()}:${container.getMappedPort(5432)}/postgres`;
      const open = () => openStore({ url, onError: () => undefined });
      // The port opens a moment before the server takes connections.
      await using first = await eventually(() => open().catch(() => undefined));
      await using second = await open();
      await first.tokens.add('a-token', { name: 'ci', scopes: ['submit'] }, { name: 'the test' });
      expect(await second.tokens.find('a-token')).toMatchObject({ name: 'ci', scopes: ['submit'] });
      expect(await second.rehearsals.unfinished()).toEqual([]);
    });
  });

  describe.skipIf(!isThere(images.redis))(`queue on ${images.redis}`, () => {
    it('carries a rehearsal and its run', async () => {
      await using container = await new GenericContainer(images.redis)
        .withCommand(['redis-server', '--protected-mode', 'no'])
        .withExposedPorts(6379)
        .withWaitStrategy(Wait.forListeningPorts())
        .start();
      const url = `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
      await using queue = await openQueue({ url, onError: fail });
      const id = parseRehearsalId('rh-0000000000000001');
      const performed: string[] = [];
      await using _worker = await queue.work(
        {
          look: async () => ({ runs: performed.length === 0 ? [parseRunId('control')] : [], turn: 1 }),
          run: async (_, runId) => {
            performed.push(runId);
            return 'done';
          },
          giveUp: async () => 'elsewhere',
          giveUpRun: async () => undefined,
        },
        { runsAtOnce: 1, onError: fail },
      );
      await queue.enqueue(id);
      await eventually(async () => performed.length === 1 && !(await queue.knows(id)));
    });
  });
});
