import { describe, expect, test } from 'vitest';
import { resolvePath } from '../../../shared/plan/resolve-path.ts';

const targets = new Map([
  ['current', 'releases/2'],
  ['up', '..'],
  ['deep/top', '..'],
  ['deep/out', 'top/..'],
  ['absolute', '/etc/passwd'],
  ['loop', 'loop'],
  ['a', 'b'],
  ['b', 'a'],
  ['dangling', 'releases/9/none'],
]);

describe('resolvePath', () => {
  test.each([
    ['.', { leads: 'inside', path: '.' }],
    ['./a//c/', { leads: 'nowhere' }],
    ['releases/2/../1', { leads: 'inside', path: 'releases/1' }],
    ['current/app.js', { leads: 'inside', path: 'releases/2/app.js' }],
    ['current/../1', { leads: 'inside', path: 'releases/1' }],
    ['up', { leads: 'outside' }],
    ['deep/top/deep', { leads: 'inside', path: 'deep' }],
    // As text `deep/top/..` is `deep`; for a kernel it is the directory above the bundle.
    ['deep/out', { leads: 'outside' }],
    ['absolute', { leads: 'outside' }],
    ['loop/x', { leads: 'nowhere' }],
    ['dangling', { leads: 'inside', path: 'releases/9/none' }],
  ] as const)('follows %s as a kernel would', (path, expected) => {
    expect(resolvePath(path, targets)).toEqual(expected);
  });
});
