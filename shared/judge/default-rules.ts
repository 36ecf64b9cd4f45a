import { createHash } from 'node:crypto';
import { parseDigest } from '../domain/ids.ts';
import type { DiskHeadroom, Rules } from '../domain/rules.ts';

const dayMs = 24 * 60 * 60_000;

/** What holds where nobody configured anything: production changes within a week, its data within a month. */
export const defaultRules = (): Rules =>
  rulesFrom({ severities: {}, evidenceAgeMsMax: 7 * dayMs, snapshotAgeMsMax: 30 * dayMs });

/** Where the rules say nothing: servers run with their disks half full, and what is small fits anywhere. */
const diskHeadroomDefault: DiskHeadroom = { partOfDatabase: 1 / 2, bytesMin: 1024 ** 3 };

/** What a server of this size may be asked for. */
export function diskHeadroomBytes({ diskHeadroom = diskHeadroomDefault }: Rules, databaseBytes: number): number {
  return Math.max(diskHeadroom.bytesMin, databaseBytes * diskHeadroom.partOfDatabase);
}

/** Rules with the digest of what they say; two rules that say the same have one digest. */
export function rulesFrom(settings: Omit<Rules, 'digest'>): Rules {
  const { severities, evidenceAgeMsMax, snapshotAgeMsMax, diskHeadroom } = settings;
  const said = canonicalJson({ severities, evidenceAgeMsMax, snapshotAgeMsMax, diskHeadroom });
  return {
    digest: parseDigest(`sha256:${createHash('sha256').update(said).digest('hex')}`),
    severities,
    evidenceAgeMsMax,
    snapshotAgeMsMax,
    ...(diskHeadroom === undefined ? {} : { diskHeadroom }),
  };
}

/** JSON with keys in byte order, so that the order of writing does not count. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join(',')}}`;
}
