import { hostname } from 'node:os';
import { pino } from 'pino';
import { RehearsalError } from '../shared/domain/problem.ts';
import { askedToStop } from '../shared/edge/adapters/asked-to-stop.ts';
import { every } from '../shared/edge/adapters/every.ts';
import { openQueue } from '../shared/edge/adapters/queue/open-queue.ts';
import { openStore } from '../shared/edge/adapters/store/open-store.ts';
import { readWorkerConfig, type WorkerConfig } from './config.ts';
import { openEngine } from './engine.ts';
import { capacityOf } from './jobs/capacity.ts';
import { enginePipeline } from './jobs/engine-pipeline.ts';
import { checkSelf } from './jobs/self-check.ts';
import { startWork } from './jobs/start-work.ts';

const reapMs = 30_000;

try {
  await workUntilAsked(readWorkerConfig(process.env));
} catch (error) {
  // The one place where what kept it from working is told.
  const remedy = error instanceof RehearsalError ? `\n${error.remedy}` : '';
  const problems =
    error instanceof RehearsalError ? error.problems.map((p) => `\n  ${p.key} ${p.message}`).join('') : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${problems}${remedy}\n`);
  process.exitCode = 4;
}

async function workUntilAsked(config: WorkerConfig): Promise<void> {
  const log = pino({ level: config.logLevel, base: { part: 'worker' } }, pino.destination({ fd: 2, sync: true }));
  const onError = (error: unknown) => log.error({ err: error }, 'a connection failed');
  const asked = askedToStop();
  await using store = await openStore({ url: config.databaseUrl, onError, artifacts: config.artifacts });
  await using queue = await openQueue({ url: config.queueUrl, onError });
  await using engine = await openEngine({
    dataRoot: config.dataRoot,
    host: config.host,
    says: (sentence) => log.info(sentence),
  });
  // Another worker of this machine may have been killed, and nobody may start it again.
  await using _reaping = every(reapMs, () => engine.host.reap(), onError);
  await using _work = await startWork({
    store,
    queue,
    pipeline: enginePipeline(engine),
    worker: `${hostname()}-${process.pid}-${crypto.randomUUID().slice(0, 8)}`,
    machine: config.machine,
    dataRoot: config.dataRoot,
    runsAtOnce: config.runsAtOnce,
    perService: config.perService,
    drainMs: config.drainMs,
    selfCheck: (signal) => checkSelf(engine, signal),
    selfCheckEveryMs: config.selfCheckEveryMs,
    capacity: () =>
      capacityOf({ ...engine.offer, host: engine.host, dataRoot: config.dataRoot, runsAtOnce: config.runsAtOnce }),
    log,
  });
  process.stdout.write(`working ${engine.host.kind}\n`);
  await asked;
  log.info('asked to stop: the runs in hand end first');
}
