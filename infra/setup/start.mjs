import { handOver } from './hand-over.mjs';
import { ensurePackages } from './install.mjs';

/** `npm start`: sets up, then serves on Node 24 until it is asked to stop. */
ensurePackages();
handOver('infra/setup/serve-example.ts');
