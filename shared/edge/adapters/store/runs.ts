import type { RehearsalId, RunId } from '../../../domain/ids.ts';
import type { RunResult } from '../../../domain/observation.ts';
import type { RunSpec } from '../../../domain/run.ts';
import type { Claim, RunProgress, Runs } from '../../ports/store.ts';
import type { Database } from './database.ts';
import { appendEvent } from './events.ts';

export function openRuns(database: Database): Runs {
  const { rows } = database;
  return {
    add: (id, specs) => add(database, id, specs),
    results: async (id) => {
      const found = await rows<{ result: RunResult }>(
        'SELECT result FROM runs WHERE rehearsal_id = $1 AND result IS NOT NULL ORDER BY finished_at, run_id',
        [id],
      );
      return found.map(({ result }) => result);
    },
    result: async (id, runId) => {
      const [row] = await rows<{ result: RunResult | null }>(
        'SELECT result FROM runs WHERE rehearsal_id = $1 AND run_id = $2',
        [id, runId],
      );
      return row?.result ?? null;
    },
    spec: async (id, runId) => {
      const [row] = await rows<{ spec: RunSpec }>('SELECT spec FROM runs WHERE rehearsal_id = $1 AND run_id = $2', [
        id,
        runId,
      ]);
      return row?.spec ?? null;
    },
    claim: (id, runId, worker) => claim(database, id, runId, worker),
    finish: (id, runId, fence, result) => finish(database, id, runId, fence, result),
    release: async (id, runId, fence) => {
      await rows(
        `UPDATE runs SET claimed_by = NULL, claimed_at = NULL
          WHERE rehearsal_id = $1 AND run_id = $2 AND fence = $3 AND result IS NULL`,
        [id, runId, fence],
      );
    },
    progress: (id) =>
      rows<RunProgress>(
        `SELECT run_id AS id, spec->>'scenario' AS scenario, outcome, claimed_by AS worker,
                claimed_at AS "startedAt", finished_at AS "finishedAt"
           FROM runs WHERE rehearsal_id = $1 ORDER BY finished_at NULLS LAST, claimed_at NULLS LAST, run_id`,
        [id],
      ),
    pending: async () => {
      const [row] = await rows<{ count: number }>(
        `SELECT count(*)::float8 AS count FROM runs JOIN rehearsals ON rehearsals.id = runs.rehearsal_id
          WHERE runs.result IS NULL AND rehearsals.status IN ('queued', 'running')`,
      );
      return row?.count ?? 0;
    },
  };
}

async function add(database: Database, id: RehearsalId, specs: readonly RunSpec[]): Promise<void> {
  await database.transaction(async (rows) => {
    const added = await rows<{ id: string; scenario: string }>(
      `INSERT INTO runs (rehearsal_id, run_id, spec)
       SELECT $1, spec.value->>'id', spec.value FROM json_array_elements($2::json) AS spec ON CONFLICT DO NOTHING
       RETURNING run_id AS id, spec->>'scenario' AS scenario`,
      [id, JSON.stringify(specs)],
    );
    if (added.length > 0) await appendEvent(rows, id, 'planned', { runs: added });
  });
}

async function claim(database: Database, id: RehearsalId, runId: RunId, worker: string): Promise<Claim | null> {
  return database.transaction(async (rows) => {
    const [claimed] = await rows<{ spec: RunSpec; fence: number }>(
      `UPDATE runs SET fence = fence + 1, claimed_by = $3, claimed_at = now()
        WHERE rehearsal_id = $1 AND run_id = $2 AND result IS NULL
          AND EXISTS (SELECT FROM rehearsals WHERE id = $1 AND status = 'running')
        RETURNING spec, fence::float8 AS fence`,
      [id, runId, worker],
    );
    if (claimed === undefined) return null;
    await appendEvent(rows, id, 'started', { id: runId, scenario: claimed.spec.scenario, worker });
    return claimed;
  });
}

/** A holder whose claim was taken over may still be alive and finish too: its result is turned away here. */
async function finish(
  database: Database,
  id: RehearsalId,
  runId: RunId,
  fence: number,
  result: RunResult,
): Promise<boolean> {
  return database.transaction(async (rows) => {
    const stored = await rows(
      `UPDATE runs SET result = $4, outcome = $5, finished_at = now()
        WHERE rehearsal_id = $1 AND run_id = $2 AND fence = $3 AND result IS NULL RETURNING run_id`,
      [id, runId, fence, JSON.stringify(result), result.outcome],
    );
    if (stored.length === 0) return false;
    const { scenario } = result.spec;
    await appendEvent(rows, id, 'run', { id: runId, scenario, outcome: result.outcome, durationMs: result.durationMs });
    return true;
  });
}
