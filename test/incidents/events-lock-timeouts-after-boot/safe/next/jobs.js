import { settleEvents } from '../lib/jobs.js';

await settleEvents(new URL('config/jobs.json', import.meta.url));
