import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensurePackages, environment, nodeBinary, root } from './install.mjs';

/** `npm run -s rehearse -- …`: sets up on first use, then hands over to the command line on Node 24. */
ensurePackages();
const child = spawn(nodeBinary, [join(root, 'workers', 'cli', 'bin.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { INIT_CWD: process.cwd(), ...environment },
});
// A terminal's Ctrl-C reaches the child by itself; this process only has to outlive it.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
