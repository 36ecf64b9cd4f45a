import { redeliver } from '../redeliver.js';

await redeliver(new URL('redelivery.stopped', import.meta.url));
