import { execFileSync } from 'node:child_process';
import { describe } from 'vitest';

/** Debian's; it can dump servers up to its own major. */
export const pgDump = '/usr/lib/postgresql/15/bin/pg_dump';

/** What a test may need of its machine, and how to see whether it is there. */
const looks = {
  docker: () => execFileSync('docker', ['info', '--format', '{{.ServerVersion}}'], { stdio: 'pipe', timeout: 10_000 }),
  compose: () => execFileSync('docker-compose', ['version'], { stdio: 'pipe', timeout: 10_000 }),
  pg_dump: () => execFileSync(pgDump, ['--version'], { stdio: 'pipe' }),
  redis: () => execFileSync('redis-server', ['--version'], { stdio: 'pipe' }),
  chromium: () => execFileSync('/usr/bin/chromium', ['--version'], { stdio: 'pipe' }),
  root: () => {
    if (process.getuid?.() !== 0) throw new Error('not root');
  },
} as const;

export type Need = keyof typeof looks;

function lack(need: Need): string | undefined {
  try {
    looks[need]();
    return undefined;
  } catch (error) {
    return `${need}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
}

/**
 * `describe` where the machine has it; a visible skip where not; an error where REHEARSAL_REQUIRE says it must be
 * there.
 */
export function describeWith(need: Need, title: string, body: () => void): void {
  const missing = lack(need);
  if (missing === undefined) {
    describe(title, body);
    return;
  }
  if ((process.env.REHEARSAL_REQUIRE ?? '').split(',').includes(need)) {
    throw new Error(`REHEARSAL_REQUIRE names ${need}, but this machine lacks it (${missing})`);
  }
  describe.skip(`${title} — skipped, needs ${missing}`, body);
}
