import { createHash } from 'node:crypto';
import type { Evidence } from '../domain/observation.ts';
import type { SchemaModel } from '../domain/schema.ts';
import { canonicalJson } from './default-rules.ts';

/**
 * What two databases must have in common for one to speak for the other: every object and its attributes. Owners and
 * grants are left out, for the roles of a snapshot may stand for others, and so is where on its disks a server keeps a
 * table.
 */
export function schemaFingerprint({ objects }: SchemaModel): string {
  const said = objects
    .filter(({ kind }) => kind !== 'grant')
    .map(({ kind, name, attributes: { owner: _owner, tablespace: _tablespace, ...attributes } }) =>
      canonicalJson([kind, name, attributes]),
    );
  return `sha256:${createHash('sha256').update(said.join('\n')).digest('hex')}`;
}

/** Of the database that was rehearsed on, before anything was migrated; null: nobody could read it. */
export function rehearsedFingerprint(evidence: Evidence): string | null {
  const control = evidence.runs.find(({ spec }) => spec.id === 'control');
  return control?.before.seen === true ? schemaFingerprint(control.before.value.schema) : null;
}
