import { readdir, readFile } from 'node:fs/promises';

interface RunningProgram {
  readonly pid: number;
  readonly command: string;
}

/** Every process of the machine whose command line or environment names the directory. */
export async function programsOf(dir: string): Promise<readonly RunningProgram[]> {
  const found: RunningProgram[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const command = await read('cmdline');
    if (Number(pid) !== process.pid && `${command}${await read('environ')}`.includes(dir)) {
      found.push({ pid: Number(pid), command: command.replaceAll('\0', ' ') });
    }
  }
  return found;
}
