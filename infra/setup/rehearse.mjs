#!/usr/bin/env node
import { sep } from 'node:path';
import { callersDirectory } from './caller.mjs';
import { giveUp } from './give-up.mjs';
import { handOver } from './hand-over.mjs';
import { ensurePackages, root } from './install.mjs';
import { ensurePages } from './pages.mjs';

/**
 * `npm run -s rehearse -- …`, or `rehearse …` where a link in PATH leads here: sets up on first use, then hands over to
 * the command line on Node 24.
 */
if (root.split(sep).includes('node_modules')) {
  const detail = `${root} lies in node_modules, where Node runs no TypeScript`;
  giveUp('no-checkout', detail, 'install it from a checkout: git clone URL rehearsal && npm install -g ./rehearsal');
}
ensurePackages();
ensurePages();
handOver('workers/cli/bin.ts', process.argv.slice(2), callersDirectory(root));
