import { Command } from 'commander';
import { RehearsalError } from '../../shared/domain/problem.ts';
import { pgSql } from '../../shared/edge/adapters/pg-sql.ts';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';
import { schemaFingerprint } from '../../shared/judge/schema-fingerprint.ts';
import { inReadOnlySnapshot } from '../probes/read-only-snapshot.ts';
import { readSchema } from '../probes/read-schema.ts';
import type { CommandIo } from './io.ts';
import { openServiceClient } from './service-client.ts';

interface SchemaOptions {
  readonly server?: string;
  readonly service?: string;
  readonly environment: string;
}

/**
 * `rehearse schema`: the fingerprint of a database's schema, read from its catalogs; posted, the gate opens only for
 * what was rehearsed on just that schema.
 */
export function schemaCommand(io: CommandIo): Command {
  return new Command('schema')
    .description("fingerprint of a database's schema, for the gate to compare with the rehearsed one")
    .argument('<url>', 'postgresql://user:password@host:port/database; only catalogs are read')
    .option('--server <url>', 'post it to this service')
    .option('--service <name>', 'as the manifest names it')
    .option('--environment <name>', 'as the manifest names it', 'production')
    .action(async (url: string, options: SchemaOptions) => {
      const fingerprint = await fingerprintOf(addressOf(url));
      if (options.server !== undefined) await post(io, options.server, options, fingerprint);
      io.stdout(`${fingerprint}\n`);
      io.exit(0);
    });
}

async function fingerprintOf(address: ServerAddress): Promise<string> {
  try {
    await using session = await pgSql.connect(address, 'rehearsal/schema');
    return await inReadOnlySnapshot(session, async () => schemaFingerprint(await readSchema(session)));
  } catch (cause) {
    const detail = `the schema of ${address.host}:${address.port}/${address.database} cannot be read`;
    throw new RehearsalError('machine', 'database-unreachable', detail, 'check the address and that it takes logins', {
      cause,
    });
  }
}

async function post(io: CommandIo, server: string, options: SchemaOptions, fingerprint: string): Promise<void> {
  if (options.service === undefined) {
    throw new RehearsalError('bundle', 'usage', 'whose schema it is is not said', 'add --service NAME');
  }
  const client = await openServiceClient({ server }, io);
  const place = [options.service, options.environment].map(encodeURIComponent).join('/');
  await client.demand(`/v1/environments/${place}/schema`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fingerprint }),
  });
}

function addressOf(url: string): ServerAddress {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new RehearsalError('bundle', 'usage', 'that is no address of a database', 'give postgresql://…');
  }
  return {
    host: parsed.hostname,
    port: Number(parsed.port === '' ? 5432 : parsed.port),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
  };
}
