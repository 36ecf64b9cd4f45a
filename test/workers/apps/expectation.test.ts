import { describe, expect, test } from 'vitest';
import { difference, pick, subsetDifference } from '../../../workers/apps/expectation.ts';

describe('what a probe expects', () => {
  test.each([
    ['any 2xx by default', {}, 204, '', undefined],
    ['names the status that came', {}, 500, '', 'status 500, expected 2xx'],
    ['takes one of several', { status: [200, 409] }, 409, '', undefined],
    ['a text that is there', { text: 'ok' }, 200, 'all ok', undefined],
    ['a text that is not', { text: 'ok' }, 200, 'secret', 'status 200, the expected text is not in the body'],
    ['JSON by subset', { json: { a: { b: 1 } } }, 200, '{"a":{"b":1,"c":2}}', undefined],
    [
      'the path that differs, without its value',
      { json: { a: { b: 1 } } },
      200,
      '{"a":{"b":"secret"}}',
      'status 200, json.a.b is not as expected',
    ],
    ['null, which is a value of JSON', { json: null }, 200, 'null', undefined],
    ['null in the place of a value', { json: null }, 200, '{"a":1}', 'status 200, json is not as expected'],
    ['a body that is no JSON', { json: {} }, 200, '<html>', 'status 200, the body is not JSON'],
  ] as const)('%s', (_name, expectation, status, body, expected) => {
    expect(difference(expectation, status, body)).toBe(expected);
  });

  test.each([
    ['arrays by equal length', [1, 2], [1], 'json'],
    ['arrays element by element, each a subset', [{ a: 1 }], [{ a: 1, b: 2 }], undefined],
    ['an array is no object', { length: 1 }, [1], 'json'],
    ['null is a value', { a: null }, { a: null }, undefined],
    ['a missing key is not null', { a: null }, {}, 'json.a'],
    ['scalars by equality', { a: 1 }, { a: '1' }, 'json.a'],
  ] as const)('%s', (_name, expected, actual, where) => {
    expect(subsetDifference(expected, actual, 'json')).toBe(where);
  });

  test('saves from JSON and from headers', () => {
    const headers = { 'x-token': 'h' };
    expect(pick('json.a.b', '{"a":{"b":5}}', headers)).toBe('5');
    expect(pick('header.X-Token', '', headers)).toBe('h');
    expect(pick('json.missing', '{}', headers)).toBeUndefined();
  });
});
