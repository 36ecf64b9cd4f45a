import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { OutputTail, outputBytesMax } from '../../../workers/hosts/process/output-tail.ts';

async function tailOf(...chunks: readonly string[]): Promise<string> {
  const stream = new PassThrough();
  const tail = new OutputTail(stream);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await setImmediate();
  return tail.text();
}

test('little output is kept whole', async () => {
  expect(await tailOf('one ', 'two')).toBe('one two');
});

test('of much output the last bytes are kept, whatever the pieces', async () => {
  const text = await tailOf('x'.repeat(outputBytesMax), 'y'.repeat(300_000), 'the end');
  expect(text.length).toBe(outputBytesMax);
  expect(text.endsWith('ythe end')).toBe(true);
  expect((await tailOf(`${'x'.repeat(3 * outputBytesMax)}!`)).length).toBe(outputBytesMax);
});

test('a character that is cut in two is left out', async () => {
  const text = await tailOf(`é${'x'.repeat(outputBytesMax - 1)}`);
  expect(text).toBe('x'.repeat(outputBytesMax - 1));
});
