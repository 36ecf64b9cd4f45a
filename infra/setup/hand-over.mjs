import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { environment, nodeBinary, root } from './install.mjs';

const parentLookMs = 500;
/** The SQL parser is WebAssembly: to optimize it takes V8 seconds on every core, and most programs end before it pays. */
const v8Options = ['--liftoff-only'];
/** As it was at first: packages take a minute to install, and a parent that ended meanwhile has asked us to stop too. */
const parent = process.ppid;

/**
 * Runs one of our programs on Node 24 in this process's stead: its output, its exit code and every signal are the
 * program's. However this process ends, the program hears of it: by the signal, or by the channel that closes.
 */
export function handOver(program, args = [], cwd = process.cwd()) {
  const child = spawn(nodeBinary, [...v8Options, join(root, ...program.split('/')), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: environment,
    cwd,
  });
  // A terminal's Ctrl-C reaches the program by itself, npm passes it on, and so do we: the program takes signals of
  // one moment for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const watch = watchParent(() => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    clearInterval(watch);
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

/**
 * npm passes signals to the shell that it put between itself and us. A shell that stays there ends without a word to
 * us, and so does an npm that was killed: whose parent is gone has been asked to stop.
 */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone();
  }, parentLookMs);
  watch.unref();
  return watch;
}
