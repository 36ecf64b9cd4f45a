import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { gateCommand } from '../../../workers/cli/gate-command.ts';
import { runCommand } from '../../support/run-command.ts';

const said = { service: 'orders', version: '1.1.0', environment: 'production', bundle: null, evidence: [] };
const reasons = [
  { code: 'failed', text: 'the rehearsal of 1 March failed' },
  { code: 'stale-snapshot', text: 'it was rehearsed on old data' },
];
const block = { ...said, answer: 'block', reasons };
const allow = { ...said, answer: 'allow', reasons: [{ code: 'passed', text: 'it passed on 2 March' }] };

/** CONTRACT 2: "With `--format json`, exits 2 4 5 6 print one object …; in other formats stdout stays empty and stderr says it". */
test('a block is said on stderr, each reason in a line, with what to do about it, and stdout stays empty', async () => {
  const ended = await asked(412, block);
  expect(ended).toMatchObject({ code: 6, stdout: '' });
  expect(ended.stderr).toContain('the gate blocks orders 1.1.0 for production');
  expect(ended.stderr).toContain('  failed: the rehearsal of 1 March failed\n');
  expect(ended.stderr).toContain('  stale-snapshot: it was rehearsed on old data\n');
  expect(ended.stderr).toMatch(/→ .*rehearse submit BUNDLE --server http:\/\/127\.0\.0\.1/);
});

test('a block as JSON is one object, a problem that has all of the gate’s answer too', async () => {
  const ended = await asked(412, block, '--format', 'json');
  expect(ended).toMatchObject({ code: 6, stderr: '' });
  expect(JSON.parse(ended.stdout)).toEqual({
    ...block,
    type: '/problems/gate-blocked',
    title: 'gate blocked',
    code: 'gate-blocked',
    detail: 'the gate blocks orders 1.1.0 for production',
    remedy: expect.stringContaining('rehearse submit BUNDLE'),
    problems: reasons.map(({ code, text }) => ({ key: code, message: text })),
  });
});

test('what was never rehearsed is a block like any other', async () => {
  const never = { ...block, reasons: [{ code: 'never-rehearsed', text: 'it was never rehearsed' }] };
  expect(await asked(404, never)).toMatchObject({ code: 6, stdout: '', stderr: expect.stringContaining('never') });
});

test('an answer that does not agree with its status is a block, in JSON as well', async () => {
  const ended = await asked(412, allow, '--format', 'json');
  expect(ended.code).toBe(6);
  expect(JSON.parse(ended.stdout)).toMatchObject({ answer: 'block', code: 'gate-blocked' });
});

test('an image is asked for as it is given', async () => {
  const image = `sha256:${'4'.repeat(64)}`;
  const urls: string[] = [];
  await askedAt((url) => urls.push(url), 200, allow, '--image', image);
  expect(new URL(urls[0] ?? '', 'http://gate').searchParams.get('image')).toBe(image);
});

test('an allow is the answer on stdout', async () => {
  const words = await asked(200, allow);
  expect(words).toEqual({ code: 0, stdout: 'allow\n  passed: it passed on 2 March\n', stderr: '' });
  const json = await asked(200, allow, '--format', 'json');
  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(json.stdout)).toEqual(allow);
});

const asked = (status: number, answer: object, ...more: readonly string[]) =>
  askedAt(() => undefined, status, answer, ...more);

async function askedAt(hears: (url: string) => void, status: number, answer: object, ...more: readonly string[]) {
  const server = createServer((request, response) => {
    hears(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const where = ['--server', `http://127.0.0.1:${port}`, '--service', 'orders', '--version', '1.1.0'];
  const ended = await runCommand(gateCommand, [...where, ...more]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return ended;
}
