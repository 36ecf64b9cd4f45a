import { workerLivesMs } from '../../shared/edge/ports/worker-register.ts';
import { statusOfAnswer } from './routes/gate.ts';
import { selfCheckStateOf } from './self-check-state.ts';
import type { Api, ApiParts } from './type-provider.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** Counts answers by route, method and status, in this process. */
export function countAnswers(app: Api): () => readonly Sample[] {
  const counts = new Map<string, { labels: Labels; count: number }>();
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    const key = JSON.stringify(labels);
    const known = counts.get(key) ?? { labels, count: 0 };
    known.count += 1;
    counts.set(key, known);
  });
  return () => [...counts.values()].map(({ labels, count }) => [labels, count] as const);
}

/** Prometheus text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export async function metricsText({ store, queue }: ApiParts, answers: readonly Sample[]): Promise<string> {
  const [figures, workers, queueIsWell] = await Promise.all([
    store.figures.now(),
    store.workers.live(workerLivesMs),
    // Not being well is the very figure that is asked for.
    queue.health().then(
      () => 1,
      () => 0,
    ),
  ]);
  const now = new Date();
  const each = (value: (worker: (typeof workers)[number]) => number | undefined): readonly Sample[] =>
    workers.flatMap((worker) => {
      const figure = value(worker);
      return figure === undefined ? [] : [[{ worker: worker.id, machine: worker.machine }, figure] as const];
    });
  const wellStates = ['ok', 'first'];
  return [
    gauge('rehearsal_rehearsals', 'Rehearsals in the store.', labelled('status', figures.byStatus)),
    gauge('rehearsal_verdicts', 'Judged rehearsals.', labelled('verdict', figures.byVerdict)),
    gauge('rehearsal_runs', 'Runs that ended.', labelled('outcome', figures.runsByOutcome)),
    gauge('rehearsal_runs_pending', 'Runs of unfinished rehearsals that have no result.', one(figures.runsPending)),
    gauge('rehearsal_queue_up', 'Whether the queue answers.', one(queueIsWell)),
    gauge('rehearsal_queue_wait_seconds', 'How long the oldest rehearsal waits.', one(figures.longestWaitMs / 1000)),
    gauge(
      'rehearsal_rehearsals_waiting',
      'Unfinished rehearsals that no live worker can take.',
      labelled('lacks', figures.waitingByLack),
    ),
    gauge('rehearsal_workers_live', 'Workers that were heard of lately.', one(workers.length)),
    gauge(
      'rehearsal_worker_disk_free_bytes',
      'Left where clones are made.',
      each(({ capacity }) => capacity?.diskFreeBytes),
    ),
    gauge(
      'rehearsal_worker_memory_free_bytes',
      'Left for clones and applications.',
      each(({ capacity }) => capacity?.memoryFreeBytes),
    ),
    gauge(
      'rehearsal_worker_runs_at_once',
      'Runs that it takes at a time.',
      each(({ capacity }) => capacity?.runsAtOnce),
    ),
    gauge(
      'rehearsal_self_check_ok',
      'Whether the worker was right about a known-bad and a known-good bundle; 1 also before its first check is due.',
      each((worker) => (wellStates.includes(selfCheckStateOf(worker, now)) ? 1 : 0)),
    ),
    gauge(
      'rehearsal_self_check_age_seconds',
      'Since its newest self-check.',
      each(({ selfCheck }) => (selfCheck === null ? undefined : (now.getTime() - selfCheck.at.getTime()) / 1000)),
    ),
    gauge('rehearsal_snapshot_age_seconds', 'Since its data were production.', snapshotAges(workers, now)),
    family('rehearsal_http_answers_total', 'Answers of this process.', 'counter', answers),
    family(
      'rehearsal_gate_answers_total',
      'What this process told those who asked the gate; closed: the service was not well.',
      'counter',
      gateAnswers(answers),
    ),
    gauge('process_resident_memory_bytes', 'Resident memory of the API.', one(process.memoryUsage.rss())),
    '',
  ].join('\n');
}

/** Each is there from the start: what begins with its first answer would hide it from whoever looks for an increase. */
function gateAnswers(answers: readonly Sample[]): readonly Sample[] {
  const ofGate = answers.filter(([{ route }]) => route === '/v1/gate');
  const countWhere = (holds: (status: number) => boolean): number =>
    ofGate.reduce((sum, [{ status }, count]) => (holds(Number(status)) ? sum + count : sum), 0);
  const told = Object.entries(statusOfAnswer).map(([answer, of]) => [answer, countWhere((status) => status === of)]);
  return labelled('answer', { ...Object.fromEntries(told), closed: countWhere((status) => status >= 500) });
}

function snapshotAges(
  workers: readonly { readonly snapshots: readonly { name: string; version: string; dataAsOf: string | null }[] }[],
  now: Date,
): readonly Sample[] {
  const ages = new Map<string, Sample>();
  for (const { name, version, dataAsOf } of workers.flatMap(({ snapshots }) => snapshots)) {
    if (dataAsOf === null) continue;
    ages.set(`${name}@${version}`, [{ name, version }, (now.getTime() - Date.parse(dataAsOf)) / 1000]);
  }
  return [...ages.values()];
}

const one = (value: number): readonly Sample[] => [[{}, value]];
const labelled = (label: string, values: Readonly<Record<string, number>>): readonly Sample[] =>
  Object.entries(values).map(([name, value]) => [{ [label]: name }, value]);
const gauge = (name: string, help: string, samples: readonly Sample[]) => family(name, help, 'gauge', samples);

function family(name: string, help: string, type: 'gauge' | 'counter', samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => {
    const said = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${said.length === 0 ? '' : `{${said.join(',')}}`} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
