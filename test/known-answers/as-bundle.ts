import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { BundleFiles } from '../support/vendor.ts';
import type { KnownCase, Twin } from './known-case.ts';

const here = import.meta.dirname;
const shared = (path: string): string => readFileSync(join(here, path), 'utf8');

/** A case as a team would hand it in. */
export function asBundle(known: KnownCase, which: 'unsafe' | 'safe'): BundleFiles {
  const { topic, slug, seed, probes = [], manifest = {} } = known;
  const phases = phasesOf(known[which]);
  return {
    'rehearsal.yaml': stringify({
      rehearsal: 1,
      service: 'shop',
      version: `${topic}-${slug}-${which}`,
      snapshot: { sql: ['seed.sql'] },
      migrate: phases.map(({ texts, ...phase }) => ({ ...phase, sql: texts.map((_, index) => fileOf(phase, index)) })),
      apps: probes.length === 0 ? 'none' : { previous: app, next: app },
      ...(probes.length === 0 ? {} : { probes: probes.map(asProbe) }),
      load: { rate: '40/s', duration: '2s', hold: '1500ms' },
      ...manifest,
    }),
    'seed.sql': `${seed ?? shared('shop.sql')}\n${ledger}`,
    ...Object.fromEntries(
      phases.flatMap((phase) => phase.texts.map((text, index) => [fileOf(phase, index), text] as const)),
    ),
    ...(probes.length === 0 ? {} : appFiles(probes)),
  };
}

/** The runner finds its ledger there: all that it commits of its own is the row of a file. */
const ledger =
  'CREATE TABLE rehearsal_migrations (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());\n';

const app = { dir: 'app', command: ['node', 'app.js'], ready: '/healthz' };

interface Phase {
  readonly name: string;
  readonly when?: 'after-rollout';
  readonly texts: readonly string[];
}

function phasesOf(twin: Twin): readonly Phase[] {
  if (typeof twin === 'string' || Array.isArray(twin)) return [{ name: 'pre-deploy', texts: [twin].flat() }];
  const { 'pre-deploy': before, 'post-deploy': after, ...rest } = twin;
  return [
    ...(before === undefined ? [] : [{ name: 'pre-deploy', ...rest, texts: [before].flat() }]),
    ...(after === undefined
      ? []
      : [{ name: 'post-deploy', when: 'after-rollout' as const, ...rest, texts: [after].flat() }]),
  ];
}

const fileOf = ({ name }: { readonly name: string }, index: number): string =>
  `migrations/${name}-${String(index + 1).padStart(2, '0')}.sql`;

type Probes = NonNullable<KnownCase['probes']>;

function asProbe({ name, both, previous, next, is, writes = false }: Probes[number], index: number): object {
  return {
    name,
    request: { method: writes ? 'POST' : 'GET', path: `/${index}` },
    ...(is === undefined ? {} : { expect: { json: { is } } }),
    ...(both === undefined ? { for: [...(previous ? ['previous'] : []), ...(next ? ['next'] : [])] } : {}),
    writes,
  };
}

function appFiles(probes: Probes): BundleFiles {
  const asksOf = (version: 'previous' | 'next') =>
    Object.fromEntries(
      probes.flatMap(({ both, prepared, ...each }, index) => {
        const text = each[version] ?? both;
        return text === undefined
          ? []
          : [[`/${index}`, { text, ...(prepared === true ? { prepared: `p${index}` } : {}) }]];
      }),
    );
  return {
    'app/app.js': shared('app/app.js'),
    'app/previous.json': JSON.stringify(asksOf('previous')),
    'app/next.json': JSON.stringify(asksOf('next')),
    'package.json': JSON.stringify({ private: true, type: 'module', dependencies: { pg: '*' } }),
  };
}
