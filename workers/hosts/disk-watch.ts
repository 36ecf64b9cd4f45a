import type { RehearsalError } from '../../shared/domain/problem.ts';
import type { DataRoot } from './data-root.ts';

const lookEveryMs = 200;

export interface DiskWatch extends Disposable {
  /** Aborted with RehearsalError `disk-ran-full` as soon as less than the floor was left. */
  readonly signal: AbortSignal;
  /** Between two of its own looks: before something is removed that may have filled the disk. */
  look(): Promise<void>;
}

/** Looks at the room that is left while something runs; one that failed for lack of it proves nothing. */
export function watchDisk(root: Pick<DataRoot, 'freeBytes' | 'ranFull'>): DiskWatch {
  const full = new AbortController();
  const look = async (): Promise<void> => {
    const ranFull: RehearsalError | undefined = root.ranFull(await root.freeBytes());
    if (ranFull !== undefined) full.abort(ranFull);
  };
  // A data root that cannot be looked at any more is gone, and every run on it says so itself.
  const timer = setInterval(() => void look().catch(() => clearInterval(timer)), lookEveryMs);
  timer.unref();
  return { signal: full.signal, look, [Symbol.dispose]: () => clearInterval(timer) };
}
