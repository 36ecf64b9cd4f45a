import Type from 'typebox';
import type { Finding } from '../../../shared/domain/finding.ts';
import type { StoredRehearsal } from '../../../shared/edge/ports/store.ts';
import type { TokenHolder } from '../../../shared/edge/ports/tokens.ts';
import { ComparisonSchema, type WireComparedFinding } from '../../../shared/edge/wire/history.ts';
import { compareFindings } from '../../../shared/report/compare-findings.ts';
import { holderOf } from '../authenticate.ts';
import { requireService } from '../one-service.ts';
import { presentOne } from '../present.ts';
import type { Api, ApiParts } from '../type-provider.ts';
import { findRehearsal, IdParams } from './rehearsals.ts';

/** What changed since the last time: since this branch's own, and since what main would have deployed. */
export function comparisonRoute(app: Api, { store }: ApiParts): void {
  app.get(
    '/v1/rehearsals/:id/comparison',
    {
      config: { scope: 'read', bound: 'rehearsal' },
      schema: {
        summary: 'Findings that are new, gone or the same: against the branch’s previous rehearsal and against main',
        params: IdParams,
        querystring: Type.Object({
          with: Type.Optional(Type.String({ description: 'Another rehearsal, instead of those two' })),
          main: Type.Optional(Type.String({ description: 'What main is called; default main, else master' })),
        }),
        response: { 200: ComparisonSchema },
      },
    },
    async (request) => {
      const { params, query } = request;
      const here = await findRehearsal({ store }, params.id);
      const findings = await store.history.findings(here.id);
      const bases =
        query.with === undefined
          ? await usualBases(here, query.main)
          : [await chosenBase(query.with, holderOf(request))];
      return {
        rehearsal: await presentOne(store, here),
        against: await Promise.all(bases.map((base) => against(base, here, findings))),
      };
    },
  );

  interface Base {
    readonly base: 'branch' | 'main' | 'chosen';
    readonly branch: string | null;
    readonly there: StoredRehearsal | null;
  }

  async function usualBases(here: StoredRehearsal, named: string | undefined): Promise<readonly Base[]> {
    const branch = (await store.sources.of([here.id])).get(here.id)?.[0]?.branch;
    const own: Base = {
      base: 'branch',
      branch: branch ?? null,
      there: await store.history.before(here.id, branch),
    };
    for (const main of named === undefined ? ['main', 'master'] : [named]) {
      // On main itself both questions are one.
      if (main === branch) return [own];
      const there = await store.history.before(here.id, main);
      if (there !== null) return [own, { base: 'main', branch: main, there }];
    }
    return [own, { base: 'main', branch: named ?? 'main', there: null }];
  }

  async function chosenBase(id: string, holder: TokenHolder): Promise<Base> {
    const there = await findRehearsal({ store }, id);
    requireService(holder, there.service);
    return { base: 'chosen', branch: (await store.sources.of([there.id])).get(there.id)?.[0]?.branch ?? null, there };
  }

  async function against({ base, branch, there }: Base, here: StoredRehearsal, findings: readonly Finding[]) {
    if (there === null) return { base, branch, rehearsal: null, changes: null };
    const isJudged = here.status === 'judged' && there.status === 'judged';
    const changes = isJudged ? compareFindings(findings, await store.history.findings(there.id)) : null;
    return {
      base,
      branch,
      rehearsal: await presentOne(store, there),
      changes: changes && {
        appeared: changes.appeared.map(briefly),
        gone: changes.gone.map(briefly),
        same: changes.same.map(briefly),
      },
    };
  }
}

const briefly = ({ check, severity, title, relation, file, line, waivedBy }: Finding): WireComparedFinding => ({
  check,
  severity,
  title,
  relation: relation ?? null,
  file: file ?? null,
  line: line ?? null,
  waivedBy: waivedBy ?? null,
});
