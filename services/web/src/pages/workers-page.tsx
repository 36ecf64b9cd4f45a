import { counted, formatBytes } from '../../../../shared/report/words.ts';
import { Badge } from '../kit/badge.tsx';
import { Card } from '../kit/card.tsx';
import { Age } from './age.tsx';
import { Answered } from './answered.tsx';
import { inert } from './name.tsx';
import { Shell } from './shell.tsx';
import { useAnswer } from './use-answer.ts';

interface Workers {
  readonly runsPending: number;
  readonly items: readonly {
    readonly id: string;
    readonly machine: string;
    readonly alive: boolean;
    readonly startedAt: string;
    readonly seenAt: string;
    readonly snapshots: readonly string[];
    readonly inHand: readonly { readonly rehearsal: string; readonly run: string }[];
    readonly capacity: {
      readonly runsAtOnce: number;
      readonly memoryFreeBytes: number;
      readonly diskFreeBytes: number;
      readonly majors?: readonly number[];
    } | null;
    readonly selfCheck: {
      readonly state: 'ok' | 'first' | 'wrong' | 'overdue';
      readonly says: string | null;
      readonly at: string | null;
    };
  }[];
}

/** Whether its evidence opens the gate. */
const selfCheckWords = {
  ok: 'right',
  first: 'the first one is under way; until then its evidence does not open the gate',
  wrong: 'wrong: its evidence does not open the gate',
  overdue: 'overdue: its evidence does not open the gate',
} as const;

export function WorkersPage() {
  const { answer, again } = useAnswer<Workers>('/v1/workers');
  return (
    <Shell title="Workers">
      <h1>Workers</h1>
      <Readiness />
      <Answered answer={answer} again={again}>
        {({ items, runsPending }) => (
          <>
            <p>
              {counted(items.filter(({ alive }) => alive).length, 'live worker')}, {counted(runsPending, 'run')} in hand
              or waiting.
            </p>
            {items.length === 0 && <p>No worker was heard of within the last day: nothing can be rehearsed.</p>}
            <div className="cards">
              {items.map((worker) => (
                <Worker key={worker.id} worker={worker} />
              ))}
            </div>
          </>
        )}
      </Answered>
    </Shell>
  );
}

function Worker({ worker }: { readonly worker: Workers['items'][number] }) {
  const { id, machine, alive, startedAt, seenAt, snapshots, inHand, capacity, selfCheck } = worker;
  return (
    <Card {...(!alive && { tone: 'open' as const })}>
      <h2 className="line">
        {inert(machine, 80)} <Badge tone={alive ? 'pass' : 'open'}>{alive ? 'alive' : 'not heard of'}</Badge>
      </h2>
      <dl className="facts">
        <dt>Worker</dt>
        <dd>
          <code>{inert(id, 120)}</code>
        </dd>
        <dt>Last heard of</dt>
        <dd>
          <Age iso={seenAt} />
        </dd>
        <dt>Started</dt>
        <dd>
          <Age iso={startedAt} />
        </dd>
        <dt>Self-check</dt>
        <dd>
          {selfCheckWords[selfCheck.state]}
          {selfCheck.says !== null && selfCheck.state !== 'ok' && `: ${inert(selfCheck.says, 200)}`}{' '}
          {selfCheck.at !== null && <Age iso={selfCheck.at} />}
        </dd>
        <dt>Can do</dt>
        <dd>
          {capacity === null
            ? 'it did not say'
            : `${counted(capacity.runsAtOnce, 'run')} at once, ${formatBytes(capacity.memoryFreeBytes)} of memory and ` +
              `${formatBytes(capacity.diskFreeBytes)} of disk free, PostgreSQL ${capacity.majors?.join(', ') ?? 'of any version that an image can be had of'}`}
        </dd>
        <dt>Snapshots</dt>
        <dd>{snapshots.length === 0 ? 'none' : inert(snapshots.join(', '), 300)}</dd>
        <dt>In hand</dt>
        <dd>
          {inHand.length === 0 && 'nothing'}
          {inHand.map(({ rehearsal, run }) => (
            <a key={`${rehearsal} ${run}`} href={`/rehearsals/${rehearsal}`}>
              {inert(run, 60)}{' '}
            </a>
          ))}
        </dd>
      </dl>
    </Card>
  );
}

/** The service about itself; whatever is not well closes the gate. */
function Readiness() {
  const { answer } = useAnswer<Readonly<Record<string, string | boolean>>>('/readyz');
  if (answer.kind === 'waiting') return null;
  if (answer.kind === 'refused') {
    return (
      <p className="notice tone-fail" role="status">
        The service is not ready: the gate is closed. {inert(answer.refusal.detail, 200)}
      </p>
    );
  }
  const parts = Object.entries(answer.content).filter(([key]) => key !== 'ready');
  return (
    <ul className="line plain" aria-label="Parts of the service">
      {parts.map(([key, said]) => (
        <li key={key}>
          <Badge tone={said === 'ok' ? 'pass' : 'open'}>
            {inert(
              key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
              30,
            )}
            : {inert(String(said), 120)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}
