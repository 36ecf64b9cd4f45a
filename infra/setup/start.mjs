import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensurePackages, environment, nodeBinary, root } from './install.mjs';

/** `npm start`: sets up, then serves on Node 24 until it is asked to stop. */
ensurePackages();
const child = spawn(nodeBinary, [join(root, 'infra', 'setup', 'serve-example.ts')], {
  stdio: 'inherit',
  env: environment,
});
// A terminal's Ctrl-C reaches the child by itself; this process only has to outlive it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
