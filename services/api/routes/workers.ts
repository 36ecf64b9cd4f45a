import Type, { type Static } from 'typebox';
import { type Capacity, type KnownWorker, workerLivesMs } from '../../../shared/edge/ports/worker-register.ts';
import { orNull, TimeSchema } from '../../../shared/edge/wire/words.ts';
import { selfCheckStateOf } from '../self-check-state.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const SelfCheck = Type.Object({
  state: Type.Union([Type.Literal('ok'), Type.Literal('first'), Type.Literal('wrong'), Type.Literal('overdue')]),
  says: orNull(Type.String()),
  at: orNull(TimeSchema),
});

const CapacitySchema = Type.Object({
  runsAtOnce: Type.Integer(),
  memoryFreeBytes: Type.Number(),
  diskFreeBytes: Type.Number(),
  engineAway: Type.Optional(Type.Boolean({ description: 'Its container engine does not answer' })),
  majors: Type.Optional(Type.Array(Type.Integer(), { description: 'Of PostgreSQL; absent: any' })),
});

const Worker = Type.Object({
  id: Type.String(),
  machine: Type.String(),
  alive: Type.Boolean({ description: 'Heard of lately' }),
  startedAt: TimeSchema,
  seenAt: TimeSchema,
  snapshots: Type.Array(Type.String({ description: 'name@version' })),
  inHand: Type.Array(Type.Object({ rehearsal: Type.String(), run: Type.String() })),
  capacity: orNull(CapacitySchema),
  selfCheck: SelfCheck,
});

export function workerRoute(app: Api, { store }: ApiParts): void {
  app.get(
    '/v1/workers',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Workers of the last day, what they can and have in hand, and how many runs wait',
        response: { 200: Type.Object({ items: Type.Array(Worker), runsPending: Type.Integer() }) },
      },
    },
    async () => {
      const now = new Date();
      return {
        items: (await store.workers.known()).map((worker) => presentWorker(worker, now)),
        runsPending: await store.runs.pending(),
      };
    },
  );
}

function presentWorker(worker: KnownWorker, now: Date): Static<typeof Worker> {
  const { id, machine, startedAt, seenAt, snapshots, inHand, capacity, selfCheck } = worker;
  return {
    id,
    machine,
    alive: now.getTime() - seenAt.getTime() <= workerLivesMs,
    startedAt: startedAt.toISOString(),
    seenAt: seenAt.toISOString(),
    snapshots: snapshots.map(({ name, version }) => `${name}@${version}`),
    inHand: [...inHand],
    capacity: capacity && presentCapacity(capacity),
    selfCheck: {
      state: selfCheckStateOf(worker, now),
      says: selfCheck?.says ?? null,
      at: selfCheck?.at.toISOString() ?? null,
    },
  };
}

function presentCapacity({ majors, ...rest }: Capacity): Static<typeof CapacitySchema> {
  return { ...rest, ...(majors === undefined ? {} : { majors: [...majors] }) };
}
