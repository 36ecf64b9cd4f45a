import { expect, it } from 'vitest';
import { runChaos } from '../../chaos/run-chaos.ts';
import { describeWith } from '../../support/require.ts';

/** Another one draws other moments; `npm run chaos` goes through many. */
const seed = Number(process.env.REHEARSAL_CHAOS_SEED ?? 1);
const says = (sentence: string) => console.log(sentence);

describeWith('redis', 'a service to whose every part something happens once, at moments that nobody chose', () => {
  it('loses no rehearsal, judges none twice or wrongly, takes back no answer and leaves nothing running', async () => {
    const few = { durationMs: 9_000, strikes: 11, pausedMs: 7_000, bundlesMax: 8 };
    const chaos = await runChaos({ backend: 'redis', seed, ...few, says });
    expect(chaos.broken).toEqual([]);
    expect(chaos.submitted).toBe(8);
  });
});
