import { handOver } from './hand-over.mjs';
import { ensurePackages } from './install.mjs';
import { ensurePages } from './pages.mjs';

/** `npm run -s rehearse -- …`: sets up on first use, then hands over to the command line on Node 24. */
ensurePackages();
ensurePages();
handOver('workers/cli/bin.ts', process.argv.slice(2), { INIT_CWD: process.cwd() });
