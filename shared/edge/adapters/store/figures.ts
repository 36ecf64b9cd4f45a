import type { Figures, StoreFigures } from '../../ports/figures.ts';
import type { Ask, Database } from './database.ts';

export function openFigures({ rows }: Database): Figures {
  return { now: () => figures(rows) };
}

interface Counted {
  readonly what: 'status' | 'verdict' | 'outcome' | 'pending' | 'wait' | 'lack';
  readonly name: string;
  readonly count: number;
}

async function figures(rows: Ask): Promise<StoreFigures> {
  const counted = await rows<Counted>(
    `SELECT 'status' AS what, status AS name, count(*)::float8 AS count FROM rehearsals GROUP BY status
     UNION ALL SELECT 'verdict', verdict, count(*) FROM rehearsals WHERE verdict IS NOT NULL GROUP BY verdict
     UNION ALL SELECT 'outcome', outcome, count(*) FROM runs WHERE outcome IS NOT NULL GROUP BY outcome
     UNION ALL SELECT 'pending', '', count(*) FROM runs JOIN rehearsals ON rehearsals.id = rehearsal_id
                WHERE result IS NULL AND status IN ('queued', 'running')
     UNION ALL SELECT 'wait', '', coalesce(extract(epoch FROM now() - min(created_at)) * 1000, 0) FROM rehearsals
                WHERE status = 'queued'
     UNION ALL SELECT 'lack', waiting->>'lacks', count(*) FROM rehearsals
                WHERE status IN ('queued', 'running') AND waiting IS NOT NULL GROUP BY waiting->>'lacks'`,
  );
  const of = (what: Counted['what']) =>
    Object.fromEntries(counted.filter((row) => row.what === what).map(({ name, count }) => [name, count]));
  return {
    byStatus: { queued: 0, running: 0, judged: 0, cancelled: 0, failed: 0, ...of('status') },
    byVerdict: { pass: 0, fail: 0, inconclusive: 0, ...of('verdict') },
    runsByOutcome: { completed: 0, failed: 0, 'not-run': 0, ...of('outcome') },
    waitingByLack: { worker: 0, engine: 0, snapshot: 0, major: 0, disk: 0, memory: 0, ...of('lack') },
    runsPending: of('pending')[''] ?? 0,
    longestWaitMs: of('wait')[''] ?? 0,
  };
}
