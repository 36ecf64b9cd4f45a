import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finished, type RehearseOptions, rehearse } from './cli.ts';
import { temporaryDirectory } from './vendor.ts';

/** Every Node of the call leaves the most memory that it ever had. */
const preload = `data:text/javascript,${encodeURIComponent(`
import { appendFileSync } from 'node:fs';
process.on('exit', () => appendFileSync(process.env.PEAK_FILE, process.resourceUsage().maxRSS + '\\n'));
`)}`;

/** As `rehearse`, with the largest resident size of any of its Node processes. */
export async function rehearseMeasured(
  args: readonly string[],
  options: RehearseOptions,
): Promise<Finished & { readonly peakBytes: number }> {
  await using directory = await temporaryDirectory();
  const peaks = join(directory.dir, 'peaks');
  const finished = await rehearse(args, {
    ...options,
    env: { ...options.env, NODE_OPTIONS: `--import=${preload}`, PEAK_FILE: peaks },
  });
  const kibibytes = (await readFile(peaks, 'utf8')).trim().split('\n').map(Number);
  return { ...finished, peakBytes: Math.max(...kibibytes) * 1024 };
}
