import { expect, test } from 'vitest';
import { readApiConfig } from '../../../services/api/config.ts';

const DATABASE_URL = 'postgresql://rehearsal@localhost/rehearsal';

test('everything in the environment of the API that is wrong is told at once, and no secret of it', () => {
  const env = {
    ...{ PORT: '70000', DATABASE_URL: 'mysql://localhost', REDIS_URL: 'localhost', REHEARSAL_TOKEN: 'short-token' },
    ...{ REHEARSAL_ARCHIVE_BYTES_MAX: '1 GiB', REHEARSAL_WEBHOOK_NETWORKS: '10.1.0.0/99', LOG_LEVEL: 'loud' },
    ...{ REHEARSAL_SIGNING_KEY: 'my-key', REHEARSAL_REQUESTS_PER_MINUTE_MAX: '0', REHEARSAL_EVIDENCE_DAYS_MAX: '1' },
    ...{ REHEARSAL_GITLAB_URL: 'gitlab', REHEARSAL_GITLAB_TOKEN: 'my key', REHEARSAL_GITLAB_SECRET: 'my-key' },
  };
  const error = (() => {
    try {
      return readApiConfig(env);
    } catch (thrown) {
      return thrown;
    }
  })();
  const problems = Object.keys(env).map((key) => expect.objectContaining({ key }));
  expect(error).toMatchObject({ code: 'invalid-environment', problems: expect.arrayContaining(problems) });
  expect(JSON.stringify(error)).not.toMatch(/short-token|my.key/);
});

test('a database is all that the API needs', () => {
  expect(readApiConfig({ DATABASE_URL })).toMatchObject({ port: 4455, host: '127.0.0.1', queueUrl: DATABASE_URL });
});
