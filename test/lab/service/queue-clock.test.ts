import { expect, it } from 'vitest';
import { parseRehearsalId } from '../../../shared/domain/ids.ts';
import { openQueue } from '../../../shared/edge/adapters/queue/open-queue.ts';
import type { Jobs } from '../../../shared/edge/ports/queue.ts';
import { eventually, startDatabase } from './parts.ts';
import { asOwner } from './store-owner.ts';

const id = parseRehearsalId(`rh-${'9'.padStart(16, '0')}`);
const neverGivesUp = { giveUp: async () => ({ runs: [], turn: 1 }), giveUpRun: async () => undefined };
const fail = (error: Error) => {
  throw error;
};

it('the queue on PostgreSQL goes on where a worker whose clock was an hour ahead was killed in the midst of a job', async () => {
  await using database = await startDatabase();
  await using queue = await openQueue({ url: database.url, onError: fail });
  await queue.enqueue(id);
  await asOwner(
    database.url,
    `UPDATE queue.job SET state = 'active', lock_token = 'dead', locked_until_ms = ${Date.now() + 3_600_000};
     INSERT INTO queue.meta (queue, field, value) VALUES ('rehearsals', 'stalled-check', '${Date.now() + 3_600_000}')`,
  );
  let looks = 0;
  const look: Jobs['look'] = async () => {
    looks += 1;
    return { runs: [], turn: 1 };
  };
  await using _worker = await queue.work(
    { ...neverGivesUp, run: async () => 'done', look },
    { runsAtOnce: 1, onError: fail },
  );
  await queue.hasten(0);
  expect(looks).toBe(0);
  await eventually(async () => {
    await queue.hasten(0);
    return looks === 1 && !(await queue.knows(id));
  });
});
