import { join } from 'node:path';
import { pino } from 'pino';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { askedToStop } from '../../shared/edge/adapters/asked-to-stop.ts';
import { every } from '../../shared/edge/adapters/every.ts';
import { enqueueForgotten } from '../../shared/edge/adapters/queue/enqueue-forgotten.ts';
import { openQueue } from '../../shared/edge/adapters/queue/open-queue.ts';
import { keptSigningKey, signingKeyOf } from '../../shared/edge/adapters/signing/signing-key.ts';
import { openStore } from '../../shared/edge/adapters/store/open-store.ts';
import type { Store } from '../../shared/edge/ports/store.ts';
import type { Tokens } from '../../shared/edge/ports/tokens.ts';
import { startStatusChecks } from '../integrations/gitlab/start-status-checks.ts';
import { startWebhooks } from '../integrations/webhooks/start-webhooks.ts';
import { buildApi } from './build-api.ts';
import { type ApiConfig, readApiConfig } from './config.ts';
import { newToken } from './new-token.ts';

const forgottenMs = 5_000;
const retentionMs = 3_600_000;

try {
  await serveUntilAsked(readApiConfig(process.env));
} catch (error) {
  // The one place where what kept it from running is told.
  const remedy = error instanceof RehearsalError ? `\n${error.remedy}` : '';
  const problems =
    error instanceof RehearsalError ? error.problems.map((p) => `\n  ${p.key} ${p.message}`).join('') : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${problems}${remedy}\n`);
  process.exitCode = 4;
}

async function serveUntilAsked(config: ApiConfig): Promise<void> {
  const log = pino({ level: config.logLevel, base: { part: 'api' } }, pino.destination({ fd: 2, sync: true }));
  const onError = (error: unknown) => log.error({ err: error }, 'a connection failed');
  await using store = await openStore({ url: config.databaseUrl, onError, artifacts: config.artifacts });
  await using queue = await openQueue({ url: config.queueUrl, onError });
  await giveFirstToken(store.tokens, config.token);
  const scratchDir = join(config.dataRoot, 'incoming');
  const signingKey =
    config.signingKey === undefined
      ? await keptSigningKey(join(config.dataRoot, 'service', 'signing-key.pem'))
      : signingKeyOf(config.signingKey);
  const { archiveBytesMax, webhookNetworks, gitlab, requestsPerMinuteMax } = config;
  const limits = { archiveBytesMax, requestsPerMinuteMax };
  const app = await buildApi({ store, queue, scratchDir, ...limits, webhookNetworks, gitlab, signingKey }, log);
  // Where no worker is left to say it, whoever waits still has to hear so.
  await using _waiting = every(forgottenMs, () => store.admission.noteWaiting(), onError);
  await using _sweep = every(forgottenMs, () => enqueueForgotten(store, queue), onError);
  const evidenceMsMax = config.evidenceDaysMax * 24 * 3_600_000;
  await using _retention = every(retentionMs, () => removeOld(store, evidenceMsMax), onError);
  await using _webhooks = startWebhooks({ webhooks: store.webhooks, networks: webhookNetworks, log });
  await using _checks = gitlab === undefined ? null : startStatusChecks(gitlab, { store, queue }, log);
  const asked = askedToStop();
  const address = await app.listen({ host: config.host, port: config.port });
  process.stdout.write(`listening ${address}\n`);
  await asked;
  await app.close();
}

async function removeOld({ retention, bundles }: Store, ageMs: number): Promise<void> {
  while ((await retention.removeEvidence(ageMs)) > 0);
  while ((await bundles.removeUnused(ageMs)) > 0);
}

/** Without any token nobody could ever make one. */
async function giveFirstToken(tokens: Tokens, given: string | undefined): Promise<void> {
  const first = { name: 'first admin', scopes: ['admin'] } as const;
  const by = { name: 'the environment' };
  if (given !== undefined) {
    await tokens.add(given, first, by);
    return;
  }
  if (await tokens.any()) return;
  const token = newToken();
  await tokens.add(token, first, by);
  process.stdout.write(`token ${token}\n`);
}
