import { stateName } from '../../domain/run.ts';
import type { JudgeContext } from '../context.ts';
import { listed, shortSql } from '../derive/sentences.ts';
import { neverMixed, type UnreadWrites, unreadWrites, unseenWrites } from '../derive/unread-writes.ts';
import { type Draft, defineCheck } from './check.ts';

/** During a rollout both versions serve from one database, and each meets rows that only the other would write. */
export const mixedVersionData = defineCheck({
  id: 'mixed-version-data',
  title: 'What one version writes the other cannot read',
  why: 'While both versions live, every row that the new one writes may be the next one that the old one has to show.',
  rule:
    'Both versions are asked in turns on one database. A probe that fails behind the other’s writes blocks where each ' +
    'version, asked as often by itself, still answers it. Where the writer is not asked that probe and the answer is ' +
    'only another one, it warns: the fact itself may have changed.',
  incident: 'new-enum-value-old-reader',
  severity: 'blocks',
  needs: ['mixed'],
  parts: ['cells'],
  notApplicable: neverMixed,
  find: ({ mixed }, context) => unreadWrites(mixed.runs, context).map((unread) => draftOf(unread, context)),
  lacks: ({ mixed }, context) => unseenWrites(mixed.runs, context),
});

function draftOf(unread: UnreadWrites, { manifest }: JudgeContext): Draft {
  const { run, point, reader, writer, suspects, isCertain } = unread;
  const versions = { previous: manifest.previous, next: manifest.version };
  const state = stateName(point);
  const names = suspects.map(({ probe }) => probe.name);
  const said = suspects.map(({ probe }) => `“${probe.name}” (${probe.detail})`);
  const errors = suspects[0]?.turn.sqlErrors ?? [];
  const refused = errors.map(({ sqlstate, sql }) => `${sqlstate} from “${shortSql(sql)}”`);
  const writing = manifest.probes.filter((probe) => probe.writes && probe.for.includes(writer)).map(({ name }) => name);
  const writes = suspects[0]?.behind.writes ?? [];
  const asked =
    writing.length === 0
      ? 'its probes'
      : listed(
          writing.map((name) => `“${name}”`),
          3,
        );
  return {
    ...(isCertain ? {} : { severity: 'warns' as const }),
    title: `${reader} (${versions[reader]}) fails ${listed(
      names.map((name) => `“${name}”`),
      2,
    )} after ${writer} (${versions[writer]}) wrote`,
    summary:
      `On the state “${state}” both versions served from one database. Once ${writer} had been asked ${asked}, ` +
      `${reader} failed ${listed(said, 3)}, which it passes by itself.` +
      `${refused.length === 0 ? '' : ` It got ${listed(refused, 3)}.`}`,
    runs: [run],
    ...(point.kind === 'after' ? { phase: point.phase } : {}),
    app: reader,
    state,
    facts: { writer, probes: names, writingProbes: writing, writes, sqlErrors: errors },
    remedy: remedyFor(unread, versions),
  };
}

function remedyFor({ reader, writer }: UnreadWrites, versions: Record<'previous' | 'next', string>): Draft['remedy'] {
  const again = 'then run: rehearse run . --only compatibility';
  return reader === 'previous'
    ? {
        text: `Reader first: deploy a version that reads what ${writer} (${versions[writer]}) writes and still writes the old form, and let the one after it write the new form; ${again}`,
      }
    : { text: `Let ${reader} (${versions[reader]}) read what ${writer} (${versions[writer]}) still writes; ${again}` };
}
