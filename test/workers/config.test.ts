import { expect, test } from 'vitest';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { readWorkerConfig } from '../../workers/config.ts';

const DATABASE_URL = 'postgresql://rehearsal@localhost/rehearsal';

test('everything in the environment of a worker that is wrong is told at once', () => {
  const wrong = { REHEARSAL_PER_SERVICE: '0', REHEARSAL_RUNS_AT_ONCE: 'two', REHEARSAL_HOST: 'cloud' };
  const env = { ...wrong, DOCKER_AUTH_CONFIG: 'robot:secret' };
  const keys = [
    'DATABASE_URL',
    'DOCKER_AUTH_CONFIG',
    'REHEARSAL_HOST',
    'REHEARSAL_RUNS_AT_ONCE',
    'REHEARSAL_PER_SERVICE',
  ];
  expect(() => readWorkerConfig(env)).toThrow(
    expect.objectContaining({ problems: keys.map((key) => expect.objectContaining({ key })) }),
  );
});

test('a service has four rehearsals at once unless something else is said', () => {
  expect(readWorkerConfig({ DATABASE_URL }).perService).toBe(4);
  expect(readWorkerConfig({ DATABASE_URL, REHEARSAL_PER_SERVICE: '1' }).perService).toBe(1);
});

const refusedArtifacts = (env: Readonly<Record<string, string>>) => {
  try {
    readWorkerConfig({ DATABASE_URL, ...env });
  } catch (error) {
    if (error instanceof RehearsalError) return error.problems.map(({ key }) => key);
    throw error;
  }
  return [];
};

test.each([
  ['/var/archives', ['REHEARSAL_ARTIFACTS']],
  ['file:///', ['REHEARSAL_ARTIFACTS']],
  ['file://host/directory', ['REHEARSAL_ARTIFACTS']],
  ['s3://Archives', ['REHEARSAL_ARTIFACTS']],
  ['gs://archives/team', ['REHEARSAL_ARTIFACTS']],
  ['s3://archives/team', ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']],
])('archives cannot be kept in %s, as it stands there', (place, keys) => {
  expect(refusedArtifacts({ REHEARSAL_ARTIFACTS: place })).toEqual(keys);
});

test('archives are kept in PostgreSQL unless a directory or a bucket is named', () => {
  const AWS = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const placeOf = (place: string) =>
    readWorkerConfig({ DATABASE_URL, ...AWS, REHEARSAL_ARTIFACTS: place }).artifacts?.place;
  expect(readWorkerConfig({ DATABASE_URL }).artifacts).toBeUndefined();
  expect(placeOf('file:///var/archives')).toBe('file:///var/archives');
  expect(placeOf('s3://archives')).toBe('s3://archives');
  expect(placeOf('s3://archives/team/a/')).toBe('s3://archives/team/a');
  expect(refusedArtifacts({ ...AWS, REHEARSAL_ARTIFACTS: 's3://archives', AWS_ENDPOINT_URL_S3: 'minio:9000' })).toEqual(
    ['AWS_ENDPOINT_URL_S3'],
  );
});
