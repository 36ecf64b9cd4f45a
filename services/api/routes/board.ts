import Type from 'typebox';
import type { StoredOverride, StoredWaiver } from '../../../shared/edge/ports/acceptances.ts';
import type { StoredRehearsal } from '../../../shared/edge/ports/store.ts';
import { BoardSchema, type WireBoard, type WireBoardItem } from '../../../shared/edge/wire/board.ts';
import { presentRehearsals } from '../present.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { answerFor } from './gate.ts';

/** Of each service and environment; the gate reads every report of a version. */
const versionsMax = 5;

export function boardRoute(app: Api, { store, queue }: ApiParts): void {
  app.get(
    '/v1/board',
    {
      config: { scope: 'read', bound: 'query' },
      schema: {
        summary: 'What may go out: every service, version and environment with its gate, waivers and overrides',
        querystring: Type.Object({ service: Type.Optional(Type.String()), environment: Type.Optional(Type.String()) }),
        response: { 200: BoardSchema },
      },
    },
    async ({ query }) => {
      const newest = (await store.rehearsals.board())
        .filter(({ service }) => query.service === undefined || service === query.service)
        .filter(({ environment }) => query.environment === undefined || environment === query.environment)
        .toSorted((left, right) => right.createdAt.getTime() - left.createdAt.getTime());
      const services = [...new Set(newest.map(({ service }) => service))];
      const [waivers, overrides] = await Promise.all([
        Promise.all(services.map((service) => store.acceptances.waivers(service))),
        Promise.all(services.map((service) => store.acceptances.overrides(service))),
      ]);
      return {
        items: await boardItems(newest),
        waivers: waivers.flat().map(presentWaiver),
        overrides: overrides.flat().map(presentOverride),
      };
    },
  );

  async function boardItems(newest: readonly StoredRehearsal[]): Promise<WireBoardItem[]> {
    const presented = await presentRehearsals(store, newest);
    const dataAsOf = await store.history.dataAsOf(newest.map(({ id }) => id));
    const shown = new Map<string, number>();
    const items: WireBoardItem[] = [];
    for (const [index, rehearsal] of newest.entries()) {
      const key = JSON.stringify([rehearsal.service, rehearsal.environment]);
      shown.set(key, (shown.get(key) ?? 0) + 1);
      const [one] = presented.slice(index, index + 1);
      if (one === undefined) continue;
      items.push({
        ...one,
        ...((shown.get(key) ?? 0) > versionsMax ? { gate: null, blocking: [] } : await gateOf(rehearsal)),
        snapshotAsOf: dataAsOf.get(rehearsal.id) ?? null,
      });
    }
    return items;
  }

  async function gateOf(rehearsal: StoredRehearsal): Promise<Pick<WireBoardItem, 'gate' | 'blocking'>> {
    const { service, version, environment } = rehearsal;
    const { answer, reasons } = (await answerFor({ service, version, environment }, { store, queue })).body;
    const findings = (await store.history.findings(rehearsal.id)).filter(({ severity }) => severity === 'blocks');
    return {
      gate: { answer, reasons },
      blocking: findings.map(({ check, title, relation, phase, app: on, waivedBy }) => ({
        ...{ check, title, relation: relation ?? null, phase: phase ?? null, app: on ?? null },
        waivedBy: waivedBy ?? null,
      })),
    };
  }
}

const presentWaiver = ({
  relation,
  phase,
  app,
  expiresAt,
  createdAt: _,
  ...waiver
}: StoredWaiver): WireBoard['waivers'][number] => ({
  ...waiver,
  ...{ relation: relation ?? null, phase: phase ?? null, app: app ?? null },
  expiresAt: expiresAt.toISOString(),
});

const presentOverride = ({
  bundleDigest,
  expiresAt,
  createdAt: _,
  ...override
}: StoredOverride): WireBoard['overrides'][number] => ({
  ...override,
  bundle: bundleDigest ?? null,
  expiresAt: expiresAt.toISOString(),
});
