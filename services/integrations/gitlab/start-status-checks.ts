import type { Logger } from 'pino';
import { every } from '../../../shared/edge/adapters/every.ts';
import { openGitlabApi } from '../../../shared/edge/adapters/forges/gitlab.ts';
import { askStoredGate } from '../../api/ask-stored-gate.ts';
import type { ApiParts } from '../../api/type-provider.ts';
import { answerDueChecks, forgetOldChecks } from './answer-checks.ts';
import type { GitlabSettings } from './gitlab-of-environment.ts';

const lookMs = 1_000;
const tidyMs = 60 * 60_000;

/** Answers what is due until its scope is left; answers under way end first. Any number of processes may do so. */
export function startStatusChecks(
  gitlab: GitlabSettings,
  parts: Pick<ApiParts, 'store' | 'queue'>,
  log: Logger,
): AsyncDisposable {
  const answering = {
    ...{ statusChecks: parts.store.statusChecks, audit: parts.store.audit, log },
    gate: (question: Parameters<typeof askStoredGate>[1]) => askStoredGate(parts, question),
    gitlab: openGitlabApi(gitlab.api, gitlab.token, 1),
    ...{ now: () => new Date(), random: Math.random },
  };
  const onError = (error: unknown) => log.error({ err: error }, 'status checks could not be looked at');
  const stack = new AsyncDisposableStack();
  stack.use(every(lookMs, () => answerDueChecks(answering), onError));
  stack.use(every(tidyMs, () => forgetOldChecks(answering), onError));
  return stack;
}
