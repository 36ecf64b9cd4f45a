import pg from 'pg';
import { eventually } from '../lab/service/parts.ts';
import type { Told } from './clients.ts';
import type { Stage } from './stage.ts';

interface Found {
  readonly id: string;
  readonly version: string;
  readonly status: string;
  readonly verdict: string | null;
  /** Code and detail of what ended it without a verdict; empty: nothing did. */
  readonly why: string;
  readonly attempts: number;
  readonly verdicts: number;
  readonly judgements: number;
  readonly events: number;
  readonly lastEvent: number;
  readonly results: number;
  readonly runs: number;
}

const settleMs = 90_000;
const runsOfOne = 5;

const look = `
  SELECT id, version, status, verdict, concat_ws(': ', failure->>'code', failure->>'detail') AS why,
    (SELECT count(*)::int FROM rehearsals other WHERE other.version = r.version) AS attempts,
    (SELECT count(*)::int FROM events WHERE rehearsal_id = r.id AND kind = 'verdict') AS verdicts,
    (SELECT count(*)::int FROM audit WHERE action = 'judge' AND subject = r.id) AS judgements,
    (SELECT count(*)::int FROM events WHERE rehearsal_id = r.id) AS events, last_event::int AS "lastEvent",
    (SELECT count(result)::int FROM runs WHERE rehearsal_id = r.id) AS results,
    (SELECT count(*)::int FROM runs WHERE rehearsal_id = r.id) AS runs
    FROM rehearsals r ORDER BY created_at`;

/** Every promise that was broken, a sentence each. */
export async function lookAfterwards(stage: Stage, told: Told): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: stage.databaseUrl });
  await client.connect();
  try {
    const all = async () => (await client.query<Found>(look)).rows;
    const unfinished = async () => (await all()).filter(({ status }) => status === 'queued' || status === 'running');
    // What is not over by then is told below, one by one.
    await eventually(async () => (await unfinished()).length === 0, settleMs).catch(() => undefined);
    const found = await all();
    const broken = [...told.contradictions, ...found.flatMap(brokenBy)];
    const byId = new Map(found.map((one) => [one.id, one]));
    for (const [version, id] of told.accepted) {
      if (byId.get(id)?.version !== version) broken.push(`${id} of ${version} was accepted and is lost`);
    }
    let letThrough = 0;
    for (const version of told.accepted.keys()) {
      const headers = { authorization: `Bearer ${stage.token}` };
      const { status } = await fetch(`${stage.address}/v1/gate?service=alerts&version=${version}`, { headers });
      if (status === 200) letThrough += 1;
      if (version.endsWith('-bad') && status !== 412) broken.push(`the gate says ${status} to ${version}`);
      if (told.allowed.has(version) && status !== 200) {
        broken.push(`the gate let ${version} through, and now says ${status}`);
      }
    }
    if (letThrough === 0) broken.push('the gate lets nothing through, so that what it says proves nothing');
    return broken;
  } finally {
    await client.end();
  }
}

function brokenBy(found: Found): readonly string[] {
  const expected = found.version.endsWith('-bad') ? 'fail' : 'pass';
  const is = (holds: boolean, what: string) => (holds ? [] : [`${found.id} of ${found.version} ${what}`]);
  return [
    ...is(found.status === 'judged', `is ${found.status} ${found.why}`),
    ...is(found.status !== 'judged' || found.verdict === expected, `was judged ${found.verdict}`),
    ...is(found.attempts === 1, `is there ${found.attempts} times`),
    ...is(found.verdicts <= 1 && found.judgements <= 1, `was judged ${found.verdicts} and ${found.judgements} times`),
    ...is(found.events === found.lastEvent, `has ${found.events} events and counted ${found.lastEvent}`),
    ...is(
      found.results === runsOfOne && found.runs === runsOfOne,
      `has ${found.results} results of ${found.runs} runs`,
    ),
  ];
}
