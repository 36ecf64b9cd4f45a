import { expect, test } from 'vitest';
import { ProbeSession } from '../../../workers/apps/probe-session.ts';

const base = 'http://127.0.0.1:8080';
const get = { method: 'GET', path: '/', headers: {} };
const answer = (...cookies: string[]) => ({ status: 200, headers: { 'set-cookie': cookies }, text: '' });

test('a saved value stays one value inside of JSON, and is text everywhere else', () => {
  const session = new ProbeSession();
  session.save('token', 'a"b\\c\nd');
  const sent = session.fill(base, { ...get, method: 'POST', json: { t: `\${token}`, deep: [`x \${token}`, 3, null] } });
  expect(JSON.parse(sent.body ?? '')).toEqual({ t: 'a"b\\c\nd', deep: ['x a"b\\c\nd', 3, null] });
  expect(sent.headers['content-type']).toBe('application/json');
  session.save('id', '7');
  const filled = session.fill(base, {
    ...get,
    path: `/changes/\${id}?of=\${nobody}`,
    headers: { 'X-Id': `\${id}` },
    body: `\${id}`,
  });
  expect(filled).toMatchObject({ headers: { 'x-id': '7' }, body: '7' });
  expect(filled.url).toContain('/changes/7?of=');
});

test('null is sent as JSON like any other value', () => {
  const sent = new ProbeSession().fill(base, { ...get, method: 'PUT', json: null });
  expect(sent).toMatchObject({ body: 'null', headers: { 'content-type': 'application/json' } });
});

test('a content type of the probe’s own is kept whatever its case', () => {
  const request = { ...get, headers: { 'Content-Type': 'application/merge-patch+json' }, json: {} };
  expect(new ProbeSession().fill(base, request).headers).toEqual({ 'content-type': 'application/merge-patch+json' });
});

test('cookies are carried over, replaced and taken back', () => {
  const session = new ProbeSession();
  session.keepCookies(answer('sid=1; Path=/; HttpOnly', 'theme=dark'));
  expect(session.fill(base, get).headers.cookie).toBe('sid=1; theme=dark');
  session.keepCookies(answer('sid=2=3', 'theme=; Max-Age=0'));
  expect(session.fill(base, { ...get, headers: { cookie: 'own=1' } }).headers.cookie).toBe('own=1; sid=2=3');
  session.keepCookies(answer('sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'));
  expect(session.fill(base, get).headers.cookie).toBeUndefined();
});
