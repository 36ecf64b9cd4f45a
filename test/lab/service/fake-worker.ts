import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { artifactsOfEnvironment } from '../../../shared/edge/adapters/artifacts/artifacts-of-environment.ts';
import { askedToStop } from '../../../shared/edge/adapters/asked-to-stop.ts';
import { openQueue } from '../../../shared/edge/adapters/queue/open-queue.ts';
import { openStore } from '../../../shared/edge/adapters/store/open-store.ts';
import { capacityOf } from '../../../workers/jobs/capacity.ts';
import { startWork } from '../../../workers/jobs/start-work.ts';
import { fakePipeline } from './fake-pipeline.ts';

/** A worker process with everything real but the core. */
const [databaseUrl = '', queueUrl = '', dir = '', machine = 'one-machine', ...snapshots] = process.argv.slice(2);
/** Tests give it small disks. */
const reserveBytes = 4 * 1024 * 1024;
const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));
const onError = (error: Error) => log.warn({ err: error }, 'a connection failed');

try {
  await workUntilAsked();
} catch (error) {
  // As the real one does where what it needs is away; anything else is its own fault.
  if (!(error instanceof RehearsalError)) throw error;
  log.error({ err: error }, 'it did not start');
  process.exitCode = 4;
}

function artifactsOf() {
  return artifactsOfEnvironment(process.env, (key, message) => log.error({ key }, message));
}

async function workUntilAsked(): Promise<void> {
  const asked = askedToStop();
  await using store = await openStore({ url: databaseUrl, onError, artifacts: artifactsOf() });
  await using queue = await openQueue({ url: queueUrl, onError });
  await using _work = await startWork({
    store,
    queue,
    pipeline: fakePipeline(dir, snapshots),
    worker: `fake-${process.pid}`,
    machine,
    dataRoot: dir,
    runsAtOnce: 2,
    perService: 4,
    drainMs: 1_000,
    selfCheck: async () => {
      const isWrong = existsSync(join(dir, 'self-check-is-wrong'));
      return { ok: !isWrong, says: isWrong ? 'the known-bad bundle passed' : 'as it should be' };
    },
    selfCheckEveryMs: 200,
    capacity: async () => {
      const host = { isThere: async () => !existsSync(join(dir, 'engine-is-away')) };
      const steady = { runsAtOnce: 2, diskReserveBytes: reserveBytes, copiesInFull: false, majors: [17] };
      return { ...(await capacityOf({ ...steady, dataRoot: dir, host })), memoryFreeBytes: 2 ** 32 };
    },
    log,
  });
  process.stdout.write('working\n');
  await asked;
}
