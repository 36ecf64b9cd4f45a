import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { removeLeftOver } from '../../../workers/hosts/docker/networks.ts';

const engineThatSays = (statusCode: number) => {
  const inspect = async () => Promise.reject(Object.assign(new Error('no such network'), { statusCode }));
  return { docker: { getNetwork: () => ({ inspect }) } as unknown as Docker };
};

test('a left over network that somebody else has just removed is no failure, one that cannot be looked at is', async () => {
  await expect(removeLeftOver(engineThatSays(404), 'gone')).resolves.toBeUndefined();
  await expect(removeLeftOver(engineThatSays(500), 'there')).rejects.toThrow('no such network');
});
