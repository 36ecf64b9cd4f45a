import { loadModel } from '../lib/model.js';
import { serve } from '../lib/serve.js';

await serve({
  boot: (pool) => loadModel(pool, 'tickets'),
  routes: [
    [
      'GET',
      /^\/tickets\/(\d+)$/,
      async ({ context: tickets, id }) => [200, { id, holder: (await tickets.find(id)).assignee }],
    ],
    [
      'PUT',
      /^\/tickets\/(\d+)\/holder$/,
      async ({ context: tickets, id, body }) => {
        await tickets.update(id, { assignee: body.name });
        return [200, { id, holder: (await tickets.find(id)).assignee }];
      },
    ],
  ],
});
