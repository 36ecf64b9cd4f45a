import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signed, verified } from '../../../../shared/edge/adapters/signing/envelope.ts';
import { keptSigningKey, type SigningKey, signingKeyOf } from '../../../../shared/edge/adapters/signing/signing-key.ts';
import { judge } from '../../../../shared/judge/judge.ts';
import { assembleReport } from '../../../../shared/report/assemble-report.ts';
import { testResultStatement } from '../../../../shared/report/test-result-statement.ts';
import { verifyCommand } from '../../../../workers/cli/verify-command.ts';
import { evidence } from '../../../support/evidence.ts';
import { runCommand } from '../../../support/run-command.ts';

let dir: string;
let key: SigningKey;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rehearsal-test-signing-'));
  key = await keptSigningKey(join(dir, 'below', 'key.pem'));
});
afterAll(() => rm(dir, { recursive: true }));

const seen = evidence({});
const report = assembleReport(seen, judge(seen));
const statement = testResultStatement(report, { schema: null, finishedAt: new Date('2026-03-01T00:00:00Z') });

describe('the signing key', () => {
  test('is made once and only its owner can read it', async () => {
    const file = join(dir, 'below', 'key.pem');
    expect((await keptSigningKey(file)).publicJwk).toEqual(key.publicJwk);
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  test('is refused with a remedy where it is none', () => {
    expect(() => signingKeyOf('-----BEGIN PRIVATE KEY-----')).toThrow(
      expect.objectContaining({ code: 'invalid-signing-key', remedy: expect.stringContaining('openssl') }),
    );
  });
});

describe('an attestation', () => {
  const envelope = () => signed(statement, key);

  test('is believed as it was signed, and not at all once a byte of it was changed', () => {
    expect(verified(envelope(), [key.publicJwk])).toEqual(statement);
    const forged = Buffer.from(JSON.stringify({ ...statement, subject: [] })).toString('base64');
    expect(verified({ ...envelope(), payload: forged }, [key.publicJwk])).toBeNull();
    expect(verified({ ...envelope(), payloadType: 'text/plain' }, [key.publicJwk])).toBeNull();
  });

  test('is not believed by another key', async () => {
    const other = await keptSigningKey(join(dir, 'other.pem'));
    expect(verified(envelope(), [other.publicJwk])).toBeNull();
    expect(verified(envelope(), [other.publicJwk, key.publicJwk])).toEqual(statement);
  });

  test('names the bundle that was rehearsed and calls nothing but a pass passed', () => {
    expect(statement.subject[0]?.digest.sha256).toBe(report.digests.bundle.slice('sha256:'.length));
    const resultOf = (verdict: typeof report.verdict) =>
      testResultStatement({ ...report, verdict }, { schema: null, finishedAt: new Date() }).predicate.result;
    expect([resultOf('pass'), resultOf('fail'), resultOf('inconclusive')]).toEqual(['PASSED', 'FAILED', 'FAILED']);
  });
});

describe('rehearse verify', () => {
  async function run(envelope: object, keys: object, ...more: readonly string[]) {
    await writeFile(join(dir, 'attestation.json'), JSON.stringify(envelope));
    await writeFile(join(dir, 'keys.json'), JSON.stringify(keys));
    return runCommand(verifyCommand, ['attestation.json', '--keys', 'keys.json', ...more], { cwd: dir });
  }
  const keys = () => ({ keys: [key.publicJwk] });

  test('exits 0 for a signed pass of that bundle, 6 for another bundle, another key and a signed fail', async () => {
    const passed = signed(statement, key);
    expect(await run(passed, keys(), '--bundle', report.digests.bundle)).toMatchObject({ code: 0, stderr: '' });
    expect((await run(passed, keys(), '--bundle', `sha256:${'0'.repeat(64)}`)).code).toBe(6);
    const other = await keptSigningKey(join(dir, 'other.pem'));
    expect(await run(passed, { keys: [other.publicJwk] })).toMatchObject({ code: 6, stdout: '' });
    const failed = testResultStatement({ ...report, verdict: 'fail' }, { schema: null, finishedAt: new Date() });
    const refused = await run(signed(failed, key), keys());
    expect(refused).toMatchObject({ code: 6, stdout: '', stderr: expect.stringContaining('the verdict was fail') });
  });
});
