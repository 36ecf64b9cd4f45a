import { expect, test } from 'vitest';
import { submitCommand } from '../../workers/cli/submit-command.ts';
import { libraryBundle } from '../support/contract-bundles.ts';
import { writtenBundle } from '../support/vendor.ts';

test('a submission that is called off waits for no service to come back', { timeout: 5_000 }, async () => {
  await using bundle = await writtenBundle(libraryBundle());
  const stop = new AbortController();
  const said: string[] = [];
  const command = submitCommand({
    stdout: (text) => void said.push(text),
    stderr: (text) => void said.push(text),
    env: { REHEARSAL_TOKEN: 'a-token-of-nobody' },
    cwd: bundle.dir,
    exit: (code) => void said.push(`exit ${code}`),
    signal: stop.signal,
  });
  // Port 9 (discard) is served nowhere here: the post would be tried again for 20 s.
  const submitted = command.parseAsync([bundle.dir, '--server', 'http://127.0.0.1:9'], { from: 'user' });
  stop.abort(new Error('called off'));
  await expect(submitted).rejects.toThrow('called off');
  expect(said).toEqual([]);
});
