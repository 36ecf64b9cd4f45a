import type { Actor, Audit } from '../../shared/edge/ports/audit.ts';
import type { GateDecision } from './answer-gate.ts';
import type { ServiceGateQuestion } from './ask-stored-gate.ts';

/** What the gate told, written down where it is something else than it told of the same thing before. */
export async function auditGate(
  audit: Pick<Audit, 'recordChange'>,
  { service, version, environment, bundle = 'any bundle', image }: ServiceGateQuestion,
  { answer, reasons }: GateDecision,
  by: Actor,
): Promise<void> {
  await audit.recordChange({
    ...{ action: 'gate', actor: by.name, service, requestId: by.requestId ?? null },
    subject: [service, version, environment, bundle, ...(image === undefined ? [] : [image])].join(' '),
    detail: { answer: answer === 'allow' ? 'allow' : 'block', reasons },
  });
}
