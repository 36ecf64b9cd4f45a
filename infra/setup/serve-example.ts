import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../services/serve.ts';
import { RehearsalError } from '../../shared/domain/problem.ts';
import type { Report } from '../../shared/domain/report.ts';
import { askedToStop } from '../../shared/edge/adapters/asked-to-stop.ts';
import { submitCommand } from '../../workers/cli/submit-command.ts';
import { defaultDataRoot } from '../../workers/hosts/data-root.ts';
import { completeBundle } from './complete-bundle.mjs';

/** One of the incidents that this product exists for. */
const example = join(import.meta.dirname, '..', '..', 'test', 'incidents', 'swallowed-lock-timeout', 'unsafe');

const asked = askedToStop();
try {
  await using service = await serve({
    dataRoot: defaultDataRoot(process.env),
    env: { LOG_LEVEL: 'warn', ...process.env },
  });
  process.stdout.write(`listening ${service.address}\ntoken     ${service.token}\n`);
  // Whoever asks for the end does not wait for the example.
  const stop = new AbortController();
  const isOff = process.env.REHEARSAL_EXAMPLE === 'off';
  const example = isOff ? Promise.resolve() : rehearseExample(service, stop.signal);
  const ended = Promise.race([asked, service.ended]).then(() => 'ended' as const);
  if ((await Promise.race([example, ended])) !== 'ended') {
    process.stdout.write('serving until you press Ctrl-C\n');
    await ended;
  }
  // Called off, it removes what it unpacked and says nothing more.
  stop.abort(new Error('the service stops'));
  example.catch(() => undefined);
} catch (error) {
  const remedy = error instanceof RehearsalError ? `\n→ ${error.remedy}` : '';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${remedy}\n`);
  process.exitCode = 4;
}

/** Posts the example as a stranger's CI would and prints what came of it. */
async function rehearseExample(
  service: { readonly address: string; readonly token: string },
  signal: AbortSignal,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'rehearsal-example-'));
  try {
    await completeBundle(example, join(dir, 'bundle'));
    process.stdout.write('rehearsing the example (a migration that swallows a lock timeout) …\n');
    const report = await submit(join(dir, 'bundle'), service, signal);
    process.stdout.write(`verdict   ${report.verdict}: ${report.sentence}\n`);
    process.stdout.write(`report    ${service.address}/rehearsals/${report.rehearsalId}\n`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** `rehearse submit --format json`, its progress shown and its report read. */
async function submit(
  bundle: string,
  service: { readonly address: string; readonly token: string },
  signal: AbortSignal,
): Promise<Report> {
  let json = '';
  const command = submitCommand({
    stdout: (text) => {
      json += text;
    },
    stderr: (text) => void process.stderr.write(text),
    env: { ...process.env, REHEARSAL_TOKEN: service.token },
    cwd: process.cwd(),
    // The example is meant to fail: its verdict is not this program's exit code.
    exit: () => undefined,
    signal,
  });
  await command.parseAsync([bundle, '--server', service.address, '--format', 'json'], { from: 'user' });
  return JSON.parse(json) as Report;
}
