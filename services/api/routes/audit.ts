import Type from 'typebox';
import { auditActions } from '../../../shared/edge/ports/audit.ts';
import { AuditListSchema } from '../../../shared/edge/wire/audit.ts';
import type { Api, ApiParts } from '../type-provider.ts';

export function auditRoute(app: Api, { store }: ApiParts): void {
  app.get(
    '/v1/audit',
    {
      config: { scope: 'admin' },
      schema: {
        summary:
          'Who decided what, newest first: gate answers as they change, verdicts, waivers, overrides, tokens, webhooks',
        querystring: Type.Object({
          service: Type.Optional(Type.String()),
          action: Type.Optional(Type.Union(auditActions.map((action) => Type.Literal(action)))),
          subject: Type.Optional(Type.String()),
          cursor: Type.Optional(Type.String({ pattern: '^([1-9]\\d{0,14})?$' })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        }),
        response: { 200: AuditListSchema },
      },
    },
    async ({ query: { cursor, limit = 50, ...filter } }) => {
      const before = cursor === undefined || cursor === '' ? {} : { before: Number(cursor) };
      const found = await store.audit.list({ ...filter, ...before, limit: limit + 1 });
      const items = found.slice(0, limit);
      return { items, cursor: found.length > limit ? String(items.at(-1)?.id) : null };
    },
  );
}
