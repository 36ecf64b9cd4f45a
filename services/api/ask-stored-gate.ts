import type { GateRecord } from '../../shared/edge/ports/store.ts';
import { defaultRules } from '../../shared/judge/default-rules.ts';
import { answerGate, type GateDecision, type GateQuestion } from './answer-gate.ts';
import type { ApiParts } from './type-provider.ts';

export interface ServiceGateQuestion extends GateQuestion {
  readonly service: string;
}

export interface StoredGateAnswer extends GateDecision {
  /** Everything that was submitted for the service, version and environment, oldest first. */
  readonly known: readonly GateRecord[];
}

/**
 * The gate's answer by all that the store knows. Throws where store or queue do not answer: without them the service
 * does not know what it does not know.
 */
export async function askStoredGate(
  { store, queue }: Pick<ApiParts, 'store' | 'queue'>,
  question: ServiceGateQuestion,
): Promise<StoredGateAnswer> {
  const { service, version, environment } = question;
  const [evidence] = await Promise.all([store.rehearsals.forGate(service, version, environment), queue.health()]);
  return { ...answerGate(question, evidence, defaultRules(), new Date()), known: evidence.known };
}
