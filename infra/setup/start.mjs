import { handOver } from './hand-over.mjs';
import { ensurePackages } from './install.mjs';
import { ensurePages } from './pages.mjs';

/** `npm start`: sets up, then serves on Node 24 until it is asked to stop. */
ensurePackages();
ensurePages();
handOver('infra/setup/serve-example.ts');
