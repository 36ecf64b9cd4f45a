import pg from 'pg';
import type { RepairDraft, RepairDrafts } from '../../ports/repair-drafts.ts';
import type { ServerAddress } from '../../ports/sql.ts';
import { closeLedgers } from './ledger-rows.ts';

/** A catalog that takes longer to read is not one whose gap is closed by hand. */
const readMsMax = 20_000;

/**
 * Drafts by `@supabase/pg-delta`, which reads both servers itself: a second opinion where our own drafts did not lead
 * there. It knows no ledgers; their rows are ours. What it would drop with data in it is not drafted.
 */
export const deltaDrafts: RepairDrafts = {
  async draft({ expected, actual, at }) {
    const actions = await actionsBetween(at.damaged, at.reference);
    if (actions === undefined || actions.length === 0) return [];
    const statements = [...actions, ...closeLedgers(expected, actual)];
    const draft: RepairDraft = { statements, by: 'pg-delta' };
    return [draft];
  },
};

/** undefined: it would lose data, or does not know what to do. */
async function actionsBetween(from: ServerAddress, to: ServerAddress): Promise<readonly string[] | undefined> {
  // Loaded where it is needed: few rehearsals come here.
  const [{ extract }, { plan }] = await Promise.all([
    import('@supabase/pg-delta/extract'),
    import('@supabase/pg-delta/plan'),
  ]);
  await using damaged = poolOf(from);
  await using reference = poolOf(to);
  try {
    const [source, wanted] = await Promise.all([
      extract(damaged.pool, { statementTimeoutMs: readMsMax }),
      extract(reference.pool, { statementTimeoutMs: readMsMax }),
    ]);
    const { actions, preamble } = plan(source.factBase, wanted.factBase);
    if (actions.some(({ dataLoss }) => dataLoss === 'destructive')) return undefined;
    return [...preamble.map(({ name, value }) => `SET ${name} = ${value}`), ...actions.map(({ sql }) => sql)].map(
      ended,
    );
  } catch {
    // An opinion less is no lack of evidence: nothing is shown that was not tried.
    return undefined;
  }
}

const ended = (sql: string): string => (sql.trimEnd().endsWith(';') ? sql.trimEnd() : `${sql.trimEnd()};`);

function poolOf(address: ServerAddress): { readonly pool: pg.Pool } & AsyncDisposable {
  const pool = new pg.Pool({ ...address, application_name: 'rehearsal/pg-delta', max: 2 });
  // Without a listener a server that goes away between two queries would end this process; the next query says it.
  pool.on('error', () => undefined);
  return { pool, [Symbol.asyncDispose]: () => pool.end() };
}
