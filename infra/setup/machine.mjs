import {
  ensureChromium,
  ensureClients,
  ensureCompose,
  ensureDebianTools,
  ensureDocker,
  ensureFaketime,
  ensureRedis,
  ensureXfs,
} from './docker.mjs';
import { ensurePromtool } from './promtool.mjs';
import { ensureApplicationPackages, ensureToolPackages } from './tool-packages.mjs';

/**
 * What the tests need besides npm's packages. With `install`, what is missing is installed where we may; else the
 * command is
 * printed and what needs it is skipped, unless REHEARSAL_REQUIRE names it.
 */
export function ensureMachine({ install }) {
  const required = (process.env.REHEARSAL_REQUIRE ?? '').split(',').filter((name) => name !== '');
  const looks = {
    docker: ensureDocker,
    compose: ensureCompose,
    redis: ensureRedis,
    chromium: ensureChromium,
    xfs: ensureXfs,
    clients: ensureClients,
    faketime: ensureFaketime,
    prometheus: ensurePromtool,
    debian: ensureDebianTools,
    tools: ensureToolPackages,
    applications: ensureApplicationPackages,
  };
  const lacks = [];
  const stops = [];
  for (const [name, ensure] of Object.entries(looks)) {
    const { ok, says, stop } = ensure({ install });
    process.stdout.write(`${ok ? 'ok  ' : 'lack'} ${name}: ${says}\n`);
    if (stop !== undefined) stops.push(stop);
    if (!ok) lacks.push(name);
  }
  return {
    ok: !required.some((name) => lacks.includes(name)),
    lacks,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
