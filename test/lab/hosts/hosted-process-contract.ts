import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clone, HostedProcess, ProcessRequest } from '../../../shared/edge/ports/clone-host.ts';
import { asAdmin, until } from './clone-host-lab.ts';

/** What the processes of a clone are promised: environment, places, ends, limits, reach. */
export function hostedProcessContract(clone: () => Promise<Clone>): void {
  describe('processes', () => {
    let made: Clone;
    beforeAll(async () => {
      made = await clone();
    });
    afterAll(() => made?.[Symbol.asyncDispose]());
    const start = (command: readonly string[], more: Partial<ProcessRequest> = {}): Promise<HostedProcess> =>
      made.start({ name: 'test', command, dir: '.', env: {}, ...more });
    const node = (script: string, more: Partial<ProcessRequest> = {}): Promise<HostedProcess> =>
      start(['node', '-e', script], more);
    const printed = async (process: HostedProcess): Promise<string> => {
      const { exitCode } = await process.exited;
      const { stdout, stderr } = process.output();
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      return stdout;
    };

    test('see exactly the environment that the contract names, and their own', async () => {
      await using process = await node('console.log(JSON.stringify(process.env))', {
        env: { GREETING: 'hello', EMPTY: '' },
      });
      const env = JSON.parse(await printed(process)) as Record<string, string>;
      expect(Object.keys(env).sort()).toEqual(['EMPTY', 'GREETING', 'HOME', 'LANG', 'PATH', 'TMPDIR', 'TZ']);
      expect(env).toMatchObject({ GREETING: 'hello', EMPTY: '', LANG: 'C.UTF-8', TZ: 'UTC' });
    });

    test('have a HOME and a TMPDIR of their own: empty, writable, not those of the process before', async () => {
      const look =
        'const fs=require("fs");const own=[process.env.HOME,process.env.TMPDIR];' +
        'console.log(JSON.stringify(own.map((d)=>fs.readdirSync(d))));for(const d of own)fs.writeFileSync(d+"/left","x")';
      for (let turn = 1; turn <= 2; turn += 1) {
        await using process = await node(look);
        expect(JSON.parse(await printed(process))).toEqual([[], []]);
      }
    });

    test('start in their directory of the bundle and can run its programs', async () => {
      await using process = await start(['./hello.sh'], { dir: 'app' });
      expect(await printed(process)).toBe(`hello from ${made.bundlePath}/app\n`);
    });

    test('can write the paths of the bundle that they name, each in a copy of its own, and nothing else', async () => {
      const script = `const fs=require("fs");const told=[fs.existsSync("app/left")];
          for(const path of ["app/left","app/hello.sh","seed.sql","new"])
          try{fs.appendFileSync(path,"x");told.push("done")}
          catch(e){told.push(["EACCES","EROFS","EPERM"].includes(e.code))}
          console.log(JSON.stringify(told))`;
      for (let turn = 1; turn <= 2; turn += 1) {
        await using process = await node(script, { writable: ['app'] });
        expect(JSON.parse(await printed(process))).toEqual([false, 'done', 'done', true, true]);
      }
      await using single = await node(script, { writable: ['seed.sql'] });
      expect(JSON.parse(await printed(single))).toEqual([false, true, true, 'done', true]);
      await using whole = await node(script, { writable: ['.'] });
      expect(JSON.parse(await printed(whole))).toEqual([false, 'done', 'done', 'done', 'done']);
      await using other = await node(script);
      expect(JSON.parse(await printed(other))).toEqual([false, true, true, true, true]);
    });

    test('can read the bundle and cannot change it', async () => {
      const attempts = [
        'writeFileSync("seed.sql","x")',
        'writeFileSync("new","x")',
        'unlinkSync("seed.sql")',
        'mkdirSync("app/d")',
      ];
      const script = `const fs=require("fs");if(!fs.readFileSync("seed.sql","utf8").includes("alerts"))process.exit(1);
          const codes=[];for(const attempt of ${JSON.stringify(attempts)})
          try{eval("fs."+attempt);codes.push("done")}catch(e){codes.push(e.code)}
          console.log(codes.every((c)=>["EACCES","EROFS","EPERM"].includes(c)),codes.join())`;
      await using process = await node(script);
      expect(await printed(process)).toMatch(/^true /);
    });

    test('can run our tools and cannot change them', async () => {
      await using tool = await start(['node', `${made.toolsPath}/tool.mjs`]);
      expect(await printed(tool)).toBe('a tool of ours\n');
      await using vandal = await node(
        `require("fs").writeFileSync(${JSON.stringify(`${made.toolsPath}/tool.mjs`)},"x")`,
      );
      expect((await vandal.exited).exitCode).not.toBe(0);
    });

    test('end with the exit code of their command', async () => {
      await using process = await node('console.error("no luck");process.exit(3)');
      expect(await process.exited).toMatchObject({ exitCode: 3, oomKilled: false, timedOut: false });
      expect(process.output().stderr).toBe('no luck\n');
    });

    test('end with 127 where the command is not there and 126 where it is no program, and say why', async () => {
      await using missing = await start(['no-such-program-anywhere']);
      expect(await missing.exited).toMatchObject({ exitCode: 127 });
      expect(missing.output().stderr).toContain('no-such-program-anywhere');
      await using text = await start(['./not-a-program'], { dir: 'app' });
      expect(await text.exited).toMatchObject({ exitCode: 126 });
      expect(text.output().stderr).toContain('not-a-program');
    });

    test('that kill themselves end as a shell says it', async () => {
      await using process = await start(['/bin/sh', '-c', 'kill -9 $$']);
      expect(await process.exited).toMatchObject({ exitCode: 137, oomKilled: false });
    });

    test('are killed with everything that descends from them', async () => {
      await using process = await node(beatingGrandchild);
      await until('the grandchild beats', async () => process.output().stdout.includes('beat'));
      await process.kill();
      expect(await process.exited).toMatchObject({ exitCode: 137, timedOut: false });
      await expectSilence(process);
    });

    test('are asked to stop first, and killed when they do not', async () => {
      const polite =
        'process.on("SIGTERM",()=>{console.log("bye");process.exit(0)});setInterval(()=>{},1000);console.log("up")';
      await using one = await node(polite);
      await until('it is up', async () => one.output().stdout.includes('up'));
      await one.stop();
      expect(await one.exited).toMatchObject({ exitCode: 0 });
      expect(one.output().stdout).toContain('bye');
      await using deaf = await node('process.on("SIGTERM",()=>{});setInterval(()=>{},1000);console.log("up")');
      await until('it is up', async () => deaf.output().stdout.includes('up'));
      await deaf.stop();
      expect(await deaf.exited).toMatchObject({ exitCode: 137 });
    });

    test('are killed as a group when their time is over', async () => {
      await using process = await node(beatingGrandchild, { timeoutMs: 1500 });
      expect(await process.exited).toMatchObject({ exitCode: 137, timedOut: true, oomKilled: false });
      await expectSilence(process);
    });

    test('are killed when they use more memory than they may', async () => {
      await using process = await node(greedy, { memoryBytes: 150 * MiB });
      expect(await process.exited).toMatchObject({ exitCode: 137, oomKilled: true, timedOut: false });
    });

    test('answer for the memory of their grandchildren', async () => {
      const parent = `require("child_process").spawn(process.execPath,["-e",${JSON.stringify(greedy)}],{stdio:"inherit",detached:true}).on("exit",(c,s)=>{console.log(s);process.exit(9)})`;
      await using process = await node(parent, { memoryBytes: 200 * MiB });
      const { exitCode, oomKilled } = await process.exited;
      // Where the kernel picks the grandchild, its parent lives on and ends as it likes; the kill is told all the same.
      expect([9, 137]).toContain(exitCode);
      expect(oomKilled).toBe(true);
    });

    test('may use what they are given, and the peak is told', async () => {
      const modest = `const held=Buffer.alloc(${60 * MiB},1);setTimeout(()=>console.log(held.length),400)`;
      await using process = await node(modest, { memoryBytes: 300 * MiB });
      const exit = await process.exited;
      expect(exit).toMatchObject({ exitCode: 0, oomKilled: false });
      expect(exit.memoryPeakBytes).toBeGreaterThan(60 * MiB);
      expect(exit.memoryPeakBytes).toBeLessThan(300 * MiB);
      expect(Math.max(...(exit.memory?.most ?? []).map(Number))).toBeGreaterThan(60 * MiB);
    });

    test('may print any amount; the last 1 MiB of each stream is kept', async () => {
      const loud =
        'const line="x".repeat(1023)+"\\n";let n=0;(function go(){while(n++<30000)if(!process.stdout.write(line))return process.stdout.once("drain",go);process.stdout.write("the end\\n")})()';
      await using process = await node(loud);
      expect(await process.exited).toMatchObject({ exitCode: 0 });
      const { stdout } = process.output();
      expect(stdout.length).toBe(MiB);
      expect(stdout.endsWith('the end\n')).toBe(true);
    });

    test('that listen are reached where the host says', async () => {
      const app = 'require("http").createServer((q,r)=>r.end("hello")).listen(process.env.PORT,process.env.HOST)';
      await using process = await node(app, { listens: true });
      const { http } = process;
      if (http === undefined) throw new Error('a process that listens has an address');
      const answer = (): Promise<string | undefined> =>
        fetch(`http://${http.host}:${http.port}/`).then(
          (response) => response.text(),
          () => undefined,
        );
      await until('the application answers', async () => (await answer()) === 'hello');
    });

    test('reach a tap that listens on the address for taps, and through it the server', async () => {
      await using tap = await listen(made);
      const script = `require("net").connect(${tap.port},${JSON.stringify(made.tapHost)},function(){this.write("ask")}).on("data",(d)=>{console.log(String(d));process.exit(0)})`;
      await using process = await node(script);
      expect(await printed(process)).toBe('answer\n');
    });
  });
}

const MiB = 1024 * 1024;

/** Takes 20 MiB more every few ms until it has half a GiB, and then stays. */
const greedy = `const held=[];setInterval(()=>{if(held.length<25)held.push(Buffer.alloc(${20 * MiB},1))},10)`;

/** A grandchild in a session of its own, whose parent has ended; it prints on the pipe that it inherited. */
export const beatingGrandchild = `const {spawn}=require("child_process");
  const beat='setInterval(()=>console.log("beat"),20)';
  const middle='require("child_process").spawn(process.execPath,["-e",'+JSON.stringify(beat)+'],{stdio:"inherit",detached:true});setTimeout(()=>process.exit(0),100)';
  spawn(process.execPath,["-e",middle],{stdio:"inherit",detached:true});setInterval(()=>{},1000)`;

/** Beats come every 20 ms: where nothing is printed for a long while, nobody is left to print. */
export async function expectSilence(process: HostedProcess): Promise<void> {
  const before = process.output().stdout.length;
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(process.output().stdout.length).toBe(before);
}

/** Answers whoever asks, if the clone's server answers. */
async function listen(clone: Clone): Promise<{ readonly port: number } & AsyncDisposable> {
  const server: Server = createServer((socket) => {
    socket.once('data', async () => {
      await using session = await asAdmin(clone);
      await session.query('SELECT 1');
      socket.end('answer');
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, clone.tapHost);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
