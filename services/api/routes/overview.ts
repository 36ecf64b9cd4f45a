import Type from 'typebox';
import { workerLivesMs } from '../../../shared/edge/ports/worker-register.ts';
import { orNull, SeveritySchema } from '../../../shared/edge/wire/words.ts';
import { checks } from '../../../shared/judge/checks/index.ts';
import type { Api, ApiParts } from '../type-provider.ts';

const Snapshot = Type.Object({
  name: Type.String(),
  version: Type.String(),
  digest: Type.String(),
  dataAsOf: orNull(Type.String()),
  bytes: Type.Number(),
  major: Type.Number(),
  machines: Type.Array(Type.String()),
});

const CheckSchema = Type.Object({
  id: Type.String(),
  title: Type.String(),
  why: Type.String(),
  severity: SeveritySchema,
  incident: Type.Optional(Type.String()),
});

export function overviewRoutes(app: Api, { store }: ApiParts): void {
  app.get(
    '/v1/snapshots',
    {
      config: { scope: 'read', bound: 'nothing' },
      schema: {
        summary: 'Snapshots of the live workers',
        response: { 200: Type.Object({ items: Type.Array(Snapshot) }) },
      },
    },
    async () => {
      const byKey = new Map<string, object & { machines: string[] }>();
      for (const { machine, snapshots } of await store.workers.live(workerLivesMs)) {
        for (const snapshot of snapshots) {
          const key = `${snapshot.name}@${snapshot.version}`;
          const known = byKey.get(key) ?? { ...snapshot, machines: [] };
          if (!known.machines.includes(machine)) known.machines.push(machine);
          byKey.set(key, known);
        }
      }
      return { items: [...byKey.values()] };
    },
  );

  app.get(
    '/v1/checks',
    {
      config: { scope: 'read', bound: 'nothing' },
      schema: {
        summary: 'Every check, in report order',
        response: { 200: Type.Object({ items: Type.Array(CheckSchema) }) },
      },
    },
    async () => ({
      items: checks.map(({ id, title, why, severity, incident }) => ({
        id,
        title,
        why,
        severity,
        ...(incident === undefined ? {} : { incident }),
      })),
    }),
  );
}
