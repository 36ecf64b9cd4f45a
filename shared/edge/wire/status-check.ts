import Type, { type Static } from 'typebox';
import { orNull } from './words.ts';

const IdSchema = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** What is read of GitLab's call; it says more. https://docs.gitlab.com/api/status_checks/#example-payload */
export const StatusCheckCallSchema = Type.Object({
  object_kind: Type.Literal('merge_request'),
  object_attributes: Type.Object({
    iid: IdSchema,
    target_project_id: IdSchema,
    state: Type.String({ description: 'opened, closed, locked or merged' }),
    updated_at: Type.String({ minLength: 1 }),
    last_commit: Type.Optional(orNull(Type.Object({ id: Type.String({ pattern: '^([0-9a-f]{40}|[0-9a-f]{64})$' }) }))),
  }),
  external_approval_rule: Type.Object({ id: IdSchema }),
});
export type WireStatusCheckCall = Static<typeof StatusCheckCallSchema>;

export const StatusCheckAcceptedSchema = Type.Object({
  service: Type.String(),
  environment: Type.String(),
  sha: orNull(Type.String({ description: 'Will be answered; null: the merge request is not open' })),
});
