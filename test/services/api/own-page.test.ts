import { expect, test } from 'vitest';
import { fromOwnPage } from '../../../services/api/own-page.ts';
import { localPath } from '../../../services/api/routes/session.ts';

const host = 'rehearsal.example:4455';

test.each([
  ['our own page, over HTTPS', { host, origin: `https://${host}`, 'sec-fetch-site': 'same-origin' }, true],
  ['our own page, where a browser says no site', { host, origin: `http://${host}` }, true],
  ['our own page, where a browser says no origin', { host, 'sec-fetch-site': 'same-origin' }, true],
  ['a page elsewhere', { host, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, false],
  ['a page elsewhere, in a browser that says no site', { host, origin: 'https://evil.example' }, false],
  ['another port of this machine', { host, origin: 'http://rehearsal.example:8080' }, false],
  ['a sibling below the same domain', { host, origin: 'https://a.example', 'sec-fetch-site': 'same-site' }, false],
  ['a foreign page that hides its origin', { host, origin: 'null' }, false],
  [
    'an origin of ours on a request that came from elsewhere',
    { host, origin: `https://${host}`, 'sec-fetch-site': 'none' },
    false,
  ],
  ['no browser at all', { host }, false],
])('%s', (_who, headers, expected) => {
  expect(fromOwnPage({ headers })).toBe(expected);
});

test.each([
  ['/board?service=a', '/board?service=a'],
  [undefined, '/'],
  ['https://evil.example/', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/.//evil.example', '/'],
  ['board', '/'],
])('after signing in %j leads to %j', (next, expected) => {
  expect(localPath(next)).toBe(expected);
});
