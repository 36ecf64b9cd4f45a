import { once } from 'node:events';
import type Docker from 'dockerode';

const withinMs = 8_000;

/** Not an error where it does not: whoever asks wants to know whether to begin something. */
export async function engineAnswers(docker: Pick<Docker, 'ping'>, limitMs = withinMs): Promise<boolean> {
  const pinged = docker.ping().then(
    () => true,
    () => false,
  );
  const late = once(AbortSignal.timeout(limitMs), 'abort').then(() => false);
  return Promise.race([pinged, late]);
}
