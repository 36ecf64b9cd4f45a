import type { Actor } from '../../ports/audit.ts';
import type { PostedSchema, ProductionSchemas, StoredSchema } from '../../ports/production-schemas.ts';
import { recordAudit } from './audit.ts';
import type { Ask, Database } from './database.ts';

export function openProductionSchemas(database: Database): ProductionSchemas {
  return {
    post: (schema, by) => database.transaction((rows) => post(rows, schema, by)),
  };
}

const columns = 'service, environment, fingerprint, posted_by AS "postedBy", at';

async function post(rows: Ask, schema: PostedSchema, by: Actor): Promise<StoredSchema> {
  const { service, environment, fingerprint } = schema;
  const [stored] = await rows<StoredSchema>(
    `INSERT INTO production_schemas (service, environment, fingerprint, posted_by) VALUES ($1, $2, $3, $4)
     RETURNING ${columns}`,
    [service, environment, fingerprint, by.name],
  );
  if (stored === undefined) throw new Error('INSERT … RETURNING gave no row');
  await recordAudit(rows, {
    action: 'post-schema',
    actor: by.name,
    service,
    subject: environment,
    requestId: by.requestId ?? null,
    detail: { fingerprint },
  });
  return stored;
}
