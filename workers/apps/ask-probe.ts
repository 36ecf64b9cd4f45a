import type { Probe, ProbeStep } from '../../shared/domain/bundle.ts';
import type { ProbeObservation } from '../../shared/domain/observation.ts';
import type { Clone } from '../../shared/edge/ports/clone-host.ts';
import { databaseEnvironment } from '../migration/phase-command.ts';
import { difference, pick } from './expectation.ts';
import { ProbeSession } from './probe-session.ts';
import { type HttpAnswer, sendRequest } from './send-request.ts';
import type { RunningApp } from './start-app.ts';

/** CONTRACT 1.6: ten seconds a request. */
const requestTimeoutMs = 10_000;
const commandTimeoutMs = 60_000;

/** One question to a running version; the detail names what differed, never a value that was answered. */
export async function askProbe(
  app: RunningApp,
  clone: Clone,
  probe: Probe,
  accessLog: string[],
): Promise<ProbeObservation> {
  switch (probe.ask.kind) {
    case 'http':
      return askByHttp(app, probe.name, probe.ask.steps, accessLog);
    case 'command':
      return askByCommand(app, clone, probe.name, probe.ask.command, probe.ask.dir);
  }
}

async function askByHttp(
  app: RunningApp,
  name: string,
  steps: readonly ProbeStep[],
  accessLog: string[],
): Promise<ProbeObservation> {
  const session = new ProbeSession();
  for (const [index, step] of steps.entries()) {
    const failure = await askStep(app, step, session, accessLog);
    const where = steps.length === 1 ? '' : `step ${index + 1}: `;
    if (failure !== undefined) return { name, outcome: 'fail', detail: `${where}${failure}` };
  }
  return { name, outcome: 'pass', detail: 'answered as expected' };
}

/** What was not as expected; undefined: all was. */
async function askStep(
  app: RunningApp,
  { request, expect, save }: ProbeStep,
  session: ProbeSession,
  accessLog: string[],
): Promise<string | undefined> {
  const log = (outcome: string | number) =>
    accessLog.push(`${request.method} ${request.path.replace(/\?.*$/s, '?…')} → ${outcome}`);
  let answer: HttpAnswer;
  try {
    answer = await sendRequest({ ...session.fill(app.url, request), timeoutMs: requestTimeoutMs });
  } catch (error) {
    const reason = whyUnanswered(error);
    log(reason);
    return reason;
  }
  log(answer.status);
  session.keepCookies(answer);
  const failure = difference(expect, answer.status, answer.text);
  if (failure !== undefined) return failure;
  for (const [name, source] of Object.entries(save)) {
    const value = pick(source, answer.text, answer.headers);
    if (value === undefined) return `${source} is not in the answer (status ${answer.status})`;
    session.save(name, value);
  }
  return undefined;
}

/** The message of the error stays here: it may hold what was filled in. */
function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  if (error.name === 'TimeoutError') return 'no answer within 10 s';
  const code = 'code' in error ? String(error.code) : '';
  return code.startsWith('ERR_') ? `the request cannot be sent (${code})` : 'the connection failed';
}

async function askByCommand(
  app: RunningApp,
  clone: Clone,
  name: string,
  command: readonly string[],
  dir: string,
): Promise<ProbeObservation> {
  await using process = await clone.start({
    name: 'probe',
    command,
    dir,
    env: {
      ...databaseEnvironment(app.tap, clone.apps, clone.admin.database),
      REHEARSAL_PHASE: '',
      REHEARSAL_VERSION: app.name,
      APP_URL: app.url,
    },
    timeoutMs: commandTimeoutMs,
  });
  const exit = await process.exited;
  return exit.exitCode === 0
    ? { name, outcome: 'pass', detail: 'exit code 0' }
    : { name, outcome: 'fail', detail: exit.timedOut ? 'did not end within 60 s' : `exit code ${exit.exitCode}` };
}
