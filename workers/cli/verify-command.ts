import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import Schema from 'typebox/schema';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { verified } from '../../shared/edge/adapters/signing/envelope.ts';
import {
  EnvelopeSchema,
  KeySetSchema,
  type WireEnvelope,
  type WireKeySet,
} from '../../shared/edge/wire/attestation.ts';
import type { TestResultStatement } from '../../shared/report/test-result-statement.ts';
import type { CommandIo } from './io.ts';

interface VerifyOptions {
  readonly keys: string;
  readonly bundle?: string;
}

/** `rehearse verify`: whether an attestation is what the service signed, without asking the service. 0 it is, 6 not. */
export function verifyCommand(io: CommandIo): Command {
  return new Command('verify')
    .description('check a signed verdict offline')
    .argument('<attestation>', 'what GET /v1/rehearsals/:id/attestation gave')
    .requiredOption('--keys <file>', 'what GET /.well-known/rehearsal-keys.json gave')
    .option('--bundle <digest>', 'must be about just this bundle, sha256:…')
    .action(async (path: string, options: VerifyOptions) => {
      const envelope = await readAs<WireEnvelope>(resolve(io.cwd, path), EnvelopeSchema, 'attestation');
      const { keys } = await readAs<WireKeySet>(resolve(io.cwd, options.keys), KeySetSchema, 'key set');
      const statement = verified(envelope, keys) as TestResultStatement | null;
      const refusal = refusalOf(statement, options.bundle);
      const said = statement === null ? '' : `${JSON.stringify(statement, null, 2)}\n`;
      if (refusal === undefined) {
        io.stdout(said);
        return io.exit(0);
      }
      io.stderr(`${said}${refusal}\n`);
      io.exit(6);
    });
}

/** Signed is not enough: it has to say `pass`, and of what is to go out. */
function refusalOf(statement: TestResultStatement | null, bundle: string | undefined): string | undefined {
  if (statement === null) return 'refused: none of the keys signed this as it is';
  const digests = statement.subject.map(({ digest }) => `sha256:${digest.sha256}`);
  if (bundle !== undefined && digests[0] !== bundle) return `refused: it is about ${digests[0]}, not about ${bundle}`;
  const { result, rehearsal } = statement.predicate;
  return result === 'FAILED' ? `refused: the verdict was ${rehearsal.verdict}` : undefined;
}

async function readAs<T>(path: string, schema: object, what: string): Promise<T> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (Schema.Check(schema, value)) return value as T;
    throw new Error(`${path} has another shape`);
  } catch (cause) {
    throw new RehearsalError('bundle', 'usage', `${path} is no ${what}`, `give the ${what} as the service gave it`, {
      cause,
    });
  }
}
