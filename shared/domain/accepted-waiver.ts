import type { AppName } from './bundle.ts';

/** A person's acceptance of one finding, given apart from the bundle. */
export interface AcceptedWaiver {
  readonly check: string;
  readonly relation?: string;
  readonly phase?: string;
  readonly app?: AppName;
  readonly by: string;
  readonly reason: string;
  /** ISO time of the first moment at which it no longer holds. */
  readonly until: string;
}
