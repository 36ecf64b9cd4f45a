import type { RunResult } from '../../domain/observation.ts';

const did = {
  lock: '',
  'kill-command': '',
  'cut-connection': ', its connection cut',
  'kill-backend': ', its server session ended',
  'out-of-memory': ', its server session killed as for memory',
  'kill-server': ', the server killed',
} as const;

/** What was done to a run and where, behind the words of how its command ended. */
export function faultText({ fault }: RunResult): string {
  return fault === undefined ? '' : `${did[fault.kind]} ${fault.moment} statement ${fault.ordinal} of ${fault.phase}`;
}
