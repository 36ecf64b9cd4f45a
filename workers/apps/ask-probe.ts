import type { Probe, ProbeStep } from '../../shared/domain/bundle.ts';
import type { ProbeObservation } from '../../shared/domain/observation.ts';
import type { Clone } from '../../shared/edge/ports/clone-host.ts';
import { databaseEnvironment } from '../migration/phase-command.ts';
import { difference, pick } from './expectation.ts';
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
  const cookies = new Map<string, string>();
  const saved: Record<string, string> = {};
  for (const [index, step] of steps.entries()) {
    const where = steps.length === 1 ? '' : `step ${index + 1}: `;
    try {
      const failure = await askStep(app, step, cookies, saved, accessLog);
      if (failure !== undefined) return { name, outcome: 'fail', detail: `${where}${failure}` };
    } catch (error) {
      const reason =
        error instanceof Error && error.name === 'TimeoutError' ? 'no answer within 10 s' : 'the connection failed';
      accessLog.push(`${step.request.method} ${step.request.path} → ${reason}`);
      return { name, outcome: 'fail', detail: `${where}${reason}` };
    }
  }
  return { name, outcome: 'pass', detail: 'answered as expected' };
}

async function askStep(
  app: RunningApp,
  step: ProbeStep,
  cookies: Map<string, string>,
  saved: Record<string, string>,
  accessLog: string[],
): Promise<string | undefined> {
  const { request, expect } = step;
  const fill = (text: string) => text.replace(/\$\{([A-Za-z0-9_]+)\}/g, (whole, name: string) => saved[name] ?? whole);
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(request.headers)) headers[key] = fill(value);
  if (cookies.size > 0) headers.cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join('; ');
  const body = request.json === undefined ? request.body : JSON.stringify(request.json);
  if (request.json !== undefined) headers['content-type'] ??= 'application/json';
  const response = await fetch(`${app.url}${fill(request.path)}`, {
    method: request.method,
    headers,
    ...(body === undefined ? {} : { body: fill(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  const text = await response.text();
  accessLog.push(`${request.method} ${request.path} → ${response.status}`);
  for (const cookie of response.headers.getSetCookie()) {
    const [pair] = cookie.split(';');
    const at = pair?.indexOf('=') ?? -1;
    if (pair !== undefined && at > 0) cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
  for (const [name, source] of Object.entries(step.save)) {
    const value = pick(source, text, response.headers);
    if (value === undefined) return `${source} is not in the answer (status ${response.status})`;
    saved[name] = value;
  }
  return difference(expect, response.status, text);
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
