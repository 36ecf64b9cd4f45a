import type { RehearsalError } from '../../shared/domain/problem.ts';
import type { DataRoot } from './data-root.ts';

const lookEveryMs = 200;

export interface DiskWatch extends Disposable {
  /** Aborted with RehearsalError `disk-ran-full` as soon as less than the floor was left. */
  readonly signal: AbortSignal;
}

/** Looks at the room that is left while something runs; one that failed for lack of it proves nothing. */
export function watchDisk(root: Pick<DataRoot, 'freeBytes' | 'ranFull'>): DiskWatch {
  const full = new AbortController();
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      const ranFull: RehearsalError | undefined = root.ranFull(await root.freeBytes());
      if (ranFull !== undefined) full.abort(ranFull);
    } finally {
      looking = false;
    }
  };
  // A data root that cannot be looked at any more is gone, and every run on it says so itself.
  const timer = setInterval(() => void look().catch(() => clearInterval(timer)), lookEveryMs);
  timer.unref();
  return { signal: full.signal, [Symbol.dispose]: () => clearInterval(timer) };
}
