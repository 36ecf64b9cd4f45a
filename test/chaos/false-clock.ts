import { rename, writeFile } from 'node:fs/promises';

/** Debian's package libfaketime, on the two processors that we test on. */
export const falseClockLibrary = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;

export interface FalseClock {
  /** For the environment of the programs that go by it. */
  readonly env: Readonly<Record<string, string>>;
  /** So many seconds from the true time on, at once, as where somebody sets the clock. What only counts up goes on. */
  set(seconds: number): Promise<void>;
}

export async function startFalseClock(file: string): Promise<FalseClock> {
  const set = async (seconds: number) => {
    await writeFile(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}s\n`);
    await rename(`${file}.new`, file);
  };
  await set(0);
  return {
    env: {
      LD_PRELOAD: falseClockLibrary,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    set,
  };
}
