import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { adminToken, askJson, makeBundle, post, startService, submitted } from './service.ts';

it('the log of the API names requests by their ids, and holds no token, cookie, key or row', async () => {
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  await using service = await startService('postgres', { log: pino({ level: 'trace' }, sink) });
  const seed = "CREATE TABLE alerts (id int PRIMARY KEY, who text);\nINSERT INTO alerts VALUES (1, 'canary-row');\n";
  const bundle = await makeBundle(service.dir, '1.0.0', { 'seed.sql': seed });
  const headers = { 'idempotency-key': 'canary-key', 'x-request-id': 'request-of-the-caller' };
  expect((await submitted(service, bundle, headers)).response.status).toBe(202);
  expect((await submitted(service, Buffer.from('canary-body'))).response.status).toBe(422);
  const made = await askJson(service, '/v1/tokens', post({ name: 'ci', scopes: ['gate'] }));
  const { token } = made.body as { readonly token: string };
  const url = 'https://hooks.example/canary-hook';
  await askJson(service, '/v1/webhooks', post({ url, events: ['rehearsal.judged'] }));
  for (const asking of [
    { authorization: 'Bearer canary-token' },
    { cookie: 'rehearsal_token=canary-cookie' },
    { authorization: `Bearer ${token}` },
  ]) {
    await fetch(new URL('/v1/board', service.address), { headers: asking });
  }
  const all = lines.join('');
  expect(all).toContain('request-of-the-caller');
  expect(all).not.toMatch(/canary-(?:row|key|body|token|cookie)/);
  expect(all).not.toContain(token);
  expect(all).not.toContain(adminToken);
});
