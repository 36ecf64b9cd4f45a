import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

const attempts = 30;
const tool = join(import.meta.dirname, 'node_modules/node-pg-migrate/bin/node-pg-migrate.js');
// All pending migrations are one transaction: an attempt that gives up has changed nothing and may simply be repeated.
const env = { ...process.env, PGOPTIONS: '-c lock_timeout=250ms' };

for (let attempt = 1; ; attempt += 1) {
  const { code, said } = await migrate();
  if (code === 0) break;
  // The second happens where the connection of a killed predecessor still holds the tool's advisory lock.
  const worthAnother = /lock timeout|Another migration is already running/.test(said);
  if (!worthAnother || attempt === attempts) process.exit(code ?? 1);
  await wait(200);
}

async function migrate() {
  const child = spawn(process.execPath, [tool, 'up'], { env, stdio: ['ignore', 'inherit', 'pipe'] });
  const ended = new Promise((fulfil) => child.once('close', fulfil));
  const said = await text(child.stderr);
  process.stderr.write(said);
  return { code: await ended, said };
}
