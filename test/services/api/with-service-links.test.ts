import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { withServiceLinks } from '../../../services/api/pages/with-service-links.ts';

const hashed = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const page = (styles: string) =>
  `<head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${styles}; img-src data:"></head><body class="x"><main></main></body>`;

test('the policy of a report that names its styles names that of the links too', () => {
  const served = withServiceLinks(page("'sha256-own='"), 'rh-1');
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(served) ?? [];
  expect(style).toContain('.around');
  expect(served).toContain(`style-src ${hashed(style)} 'sha256-own='; img-src data:`);
});

test('a policy that allows every style stays as it is: one name in it would take the others away', () => {
  expect(withServiceLinks(page("'unsafe-inline'"), 'rh-1')).toContain("style-src 'unsafe-inline'; img-src");
});
