import { describe, expect, it } from 'vitest';
import { lockWords, splitState } from '../../../shared/report/phrases.ts';
import { counted, excerpt, formatBytes, formatMs, oneLine, printable } from '../../../shared/report/words.ts';

describe('words', () => {
  it.each([
    [0, '0 ms'],
    [0.4, '< 1 ms'],
    [12.3, '12 ms'],
    [999.6, '1 s'],
    [2013, '2 s'],
    [3449, '3.4 s'],
    [59_960, '1 min 0 s'],
    [119_700, '2 min 0 s'],
    [130_000, '2 min 10 s'],
  ])('%d ms reads %s', (ms, words) => expect(formatMs(ms)).toBe(words));

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [5 * 1024 ** 3, '5.0 GiB'],
    [3 * 1024 ** 5, '3072.0 TiB'],
  ])('%d bytes read %s', (bytes, words) => expect(formatBytes(bytes)).toBe(words));

  it('counts one thing without an s', () => {
    expect([counted(0, 'run'), counted(1, 'run'), counted(2, 'run')]).toEqual(['0 runs', '1 run', '2 runs']);
  });

  it('keeps line ends and tabs, and nothing else that steers a terminal or a reader', () => {
    expect(printable('a\tb\r\nc')).toBe('a\tb\nc');
    expect(printable('\u0000\u001b[31m\u009b\u202e\u2066\u2028\ud800\uffff')).toBe('��[31m������');
    expect(printable('naïve 名前 🚀')).toBe('naïve 名前 🚀');
  });

  it('cuts between characters, never through one', () => {
    expect(excerpt('short', 5)).toBe('short');
    expect(excerpt('a🚀🚀', 4)).toBe('a …');
    expect(excerpt('x'.repeat(1_000_000), 80)).toHaveLength(80);
  });

  it('puts a laid-out statement on one line', () => {
    expect(oneLine('\n  ALTER TABLE a\n\tADD b int ')).toBe('ALTER TABLE a ADD b int');
  });

  it('never names a lock without what it blocks and where', () => {
    expect(lockWords('AccessExclusiveLock', 'public.orders')).toBe('blocks reads and writes of public.orders');
    expect(lockWords('ShareRowExclusiveLock', 'public.orders')).toBe('blocks writes of public.orders');
    expect(lockWords('RowExclusiveLock', 'public.orders')).toBe('lets reads and writes of public.orders pass');
  });

  it('tells a state from the run that reached it', () => {
    expect(splitState('after pre-deploy #2')).toEqual({ point: 'after pre-deploy #2' });
    expect(splitState('after pre-deploy in contention-pre-deploy-3-public.alerts')).toEqual({
      point: 'after pre-deploy',
      runId: 'contention-pre-deploy-3-public.alerts',
    });
  });
});
