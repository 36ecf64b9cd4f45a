import { expect } from 'vitest';
import { type ProblemPlace, RehearsalError } from '../../../../../shared/domain/problem.ts';

export const manifest =
  'rehearsal: 1\nservice: a\nversion: 1\nsnapshot: b\nmigrate: [{ name: c, command: [d] }]\napps: none\n';

export const notUtf8 = Buffer.from([0x61, 0xff, 0x62]);

/** What is said to be wrong with a bundle; empty: it is taken. Any other error goes on as it is. */
export async function refusalOf(load: () => Promise<unknown>): Promise<readonly ProblemPlace[]> {
  try {
    await load();
    return [];
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    expect(error).toMatchObject({ fault: 'bundle', code: 'invalid-bundle' });
    return error.problems;
  }
}
