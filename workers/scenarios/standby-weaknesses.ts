import type { Weakness } from '../../shared/domain/observation.ts';
import type { StandbyRun } from '../../shared/domain/run.ts';
import type { StandbyObservation } from '../../shared/domain/standby.ts';
import type { ReplicationSeen } from '../probes/watch-replication.ts';

interface Asked {
  readonly place: StandbyRun['longRead'];
  readonly blockedMs: number;
}

interface Got {
  /** The phase that did not exit 0. */
  readonly stoppedAt: string | undefined;
  readonly observation: Pick<StandbyObservation, 'followed' | 'reads' | 'longRead'>;
  readonly looks: Pick<ReplicationSeen, 'gapMsMax' | 'lost'>;
  /** As long as one of the reads may have been locked out, where nobody looked often enough to tell. */
  readonly mayHaveWaitedMs: number;
}

/** Reasons to believe less of what was seen on the standby; what nobody saw there did not go well by that. */
export function standbyWeaknesses(
  { place, blockedMs }: Asked,
  { stoppedAt, observation, looks, mayHaveWaitedMs }: Got,
): readonly Weakness[] {
  const { followed, reads, longRead } = observation;
  const reasons = [
    followed.inRecovery && followed.state === 'streaming' ? undefined : `the standby did not follow: ${followed.state}`,
    stoppedAt === undefined ? undefined : `${stoppedAt} did not exit 0`,
    place === undefined || longRead !== undefined
      ? undefined
      : `statement ${place.ordinal} of ${place.phase} never came`,
    reads.done === reads.planned ? undefined : `${reads.done} of ${reads.planned} planned reads were made`,
    looks.lost === undefined ? undefined : 'the standby could not be looked at to the end',
    looks.gapMsMax <= blockedMs ? undefined : `the replication was not looked at for ${Math.round(looks.gapMsMax)} ms`,
    reads.waitedMsMax > blockedMs || mayHaveWaitedMs <= blockedMs
      ? undefined
      : `a read waited for ${reads.waitedMsMax} ms at least and ${mayHaveWaitedMs} ms at most, and nobody looked in between`,
  ];
  return reasons.flatMap((because) => (because === undefined ? [] : [{ part: 'standby', because }]));
}
