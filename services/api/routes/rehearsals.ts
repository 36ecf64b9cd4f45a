import Type from 'typebox';
import { parseRehearsalId } from '../../../shared/domain/ids.ts';
import type { StoredRehearsal } from '../../../shared/edge/ports/store.ts';
import { RehearsalListSchema, RehearsalSchema, StatusSchema } from '../../../shared/edge/wire/rehearsal.ts';
import { VerdictSchema } from '../../../shared/edge/wire/words.ts';
import { actorOf } from '../authenticate.ts';
import { presentOne, presentRehearsals } from '../present.ts';
import { refuse } from '../problems.ts';
import type { Api, ApiParts } from '../type-provider.ts';

export const IdParams = Type.Object({ id: Type.String() });

export function rehearsalRoutes(app: Api, { store, queue }: ApiParts): void {
  app.get(
    '/v1/rehearsals',
    {
      config: { scope: 'read', bound: 'query' },
      schema: {
        summary: 'List rehearsals, newest first',
        querystring: Type.Object({
          service: Type.Optional(Type.String()),
          version: Type.Optional(Type.String()),
          verdict: Type.Optional(VerdictSchema),
          environment: Type.Optional(Type.String()),
          status: Type.Optional(StatusSchema),
          branch: Type.Optional(Type.String()),
          search: Type.Optional(
            Type.String({ maxLength: 200, description: 'A part of service, version, branch, commit, sentence or id' }),
          ),
          cursor: Type.Optional(Type.String({ pattern: '^(rh-[0-9a-f]{16})?$' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        }),
        response: { 200: RehearsalListSchema },
      },
    },
    async ({ query: { cursor, limit = 50, ...filter } }) => {
      const from = cursor === undefined || cursor === '' ? {} : { cursor };
      const found = await store.rehearsals.list({ ...filter, ...from, limit });
      // After what is not there comes nothing, which would look like the end.
      if (found.items.length === 0 && from.cursor !== undefined) await requireCursor(from.cursor);
      return { items: await presentRehearsals(store, found.items), cursor: found.cursor };
    },
  );

  app.get(
    '/v1/rehearsals/:id',
    {
      config: { scope: 'read', bound: 'rehearsal' },
      schema: { summary: 'One rehearsal', params: IdParams, response: { 200: RehearsalSchema } },
    },
    async ({ params }) => presentOne(store, await findRehearsal({ store }, params.id)),
  );

  app.post(
    '/v1/rehearsals/:id/cancel',
    {
      config: { scope: 'submit', bound: 'rehearsal' },
      schema: { summary: 'End it without a verdict', params: IdParams, response: { 200: RehearsalSchema } },
    },
    async (request) => {
      const { id, status } = await findRehearsal({ store }, request.params.id);
      if (!(await store.rehearsals.cancel(id, actorOf(request))) && status !== 'cancelled') {
        throw refuse('already-over', `The rehearsal ${id} is over.`, 'Read its report; there is nothing to cancel.');
      }
      return presentOne(store, await findRehearsal({ store }, id));
    },
  );

  app.post(
    '/v1/rehearsals/:id/rerun',
    {
      config: { scope: 'submit', bound: 'rehearsal' },
      schema: {
        summary: 'Ask the same question again; what was judged before stays',
        params: IdParams,
        response: { 202: RehearsalSchema },
      },
    },
    async (request, reply) => {
      const { id, bundleDigest } = await findRehearsal({ store }, request.params.id);
      if (!(await store.bundles.keep(bundleDigest))) {
        const detail = `The bundle of the rehearsal ${id} was removed with its evidence.`;
        throw refuse('bundle-removed', detail, 'Submit the bundle again.');
      }
      const rerun = await store.rehearsals.rerun(id, actorOf(request));
      if (rerun.status === 'queued') await queue.enqueue(rerun.id);
      const presented = await presentOne(store, rerun);
      return reply.code(202).header('location', presented.links.self).send(presented);
    },
  );

  async function requireCursor(cursor: string): Promise<void> {
    if ((await store.rehearsals.find(parseRehearsalId(cursor))) !== null) return;
    throw refuse('invalid-request', 'The querystring is not valid.', 'Begin again without a cursor.', [
      { key: 'querystring.cursor', message: 'was not given by this service' },
    ]);
  }
}

/** Throws the problem `unknown-rehearsal` for what is no id as well. */
export async function findRehearsal({ store }: Pick<ApiParts, 'store'>, text: string): Promise<StoredRehearsal> {
  const found = /^rh-[0-9a-f]{16}$/.test(text) ? await store.rehearsals.find(parseRehearsalId(text)) : null;
  if (found !== null) return found;
  throw refuse('unknown-rehearsal', `There is no rehearsal ${text}.`, 'List the known ones with GET /v1/rehearsals.');
}
