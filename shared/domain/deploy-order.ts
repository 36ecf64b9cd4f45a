import type { AppName, Overlap } from './bundle.ts';

/** What the matrix says about each way to deploy, and how the change could be taken apart. */
export interface DeployOrder {
  /** Every version was seen to work on every state on which it would have to live. */
  readonly safe: readonly Overlap[];
  readonly unsafe: readonly UnsafeOrder[];
  /** Nothing was seen to break, and not everything was looked at. */
  readonly unknown: readonly { readonly overlap: Overlap; readonly because: string }[];
  /** The first state on which previous does not work, freshly started: from here the only way is forward. */
  readonly pointOfNoReturn?: string;
  /** Next works there, and does not where it is due: the phases up to this one belong before it. */
  readonly nextWorksFrom?: string;
  /** How the change that previous does not survive is made in two steps. */
  readonly split?: readonly SplitStep[];
}

export interface UnsafeOrder {
  readonly overlap: Overlap;
  readonly app: AppName;
  readonly state: string;
  readonly because: string;
}

export interface SplitStep {
  /** `expand` before the rollout, `contract` when no process of previous is left. */
  readonly step: 'expand' | 'contract';
  readonly change: 'rename' | 'drop' | 'change';
  readonly object: string;
  /** What it is called afterwards, where it was renamed. */
  readonly becomes?: string;
  readonly sql?: string;
}
