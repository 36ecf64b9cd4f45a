import { loadModel } from '../lib/model.js';
import { serve } from '../lib/serve.js';

const show = async ({ context: mergeRequests, id }) => {
  const found = await mergeRequests.find(id);
  return found === undefined
    ? [404, { error: 'no such merge request' }]
    : [200, { id, status: found.detailed_merge_status }];
};

const recheck = async ({ context: mergeRequests, id }) => {
  await mergeRequests.update(id, { detailed_merge_status: 'checking' });
  return [200, { id, status: (await mergeRequests.find(id)).detailed_merge_status }];
};

await serve({
  boot: (pool) => loadModel(pool, 'merge_requests', ['merge_status']),
  routes: [
    ['GET', /^\/merge_requests\/(\d+)$/, show],
    ['POST', /^\/merge_requests\/(\d+)\/recheck$/, recheck],
  ],
});
