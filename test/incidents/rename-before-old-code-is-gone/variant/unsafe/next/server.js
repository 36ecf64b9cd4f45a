import { loadModel } from '../lib/model.js';
import { serve } from '../lib/serve.js';

await serve({
  boot: (pool) => loadModel(pool, 'tickets', ['assignee']),
  routes: [
    [
      'GET',
      /^\/tickets\/(\d+)$/,
      async ({ context: tickets, id }) => [200, { id, holder: (await tickets.find(id)).holder }],
    ],
    [
      'PUT',
      /^\/tickets\/(\d+)\/holder$/,
      async ({ context: tickets, id, body }) => {
        await tickets.update(id, { holder: body.name });
        return [200, { id, holder: (await tickets.find(id)).holder }];
      },
    ],
  ],
});
