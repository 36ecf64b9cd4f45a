import type { Manifest } from '../domain/bundle.ts';
import { defaultBudgets } from './manifest/read-claims.ts';

/** Why no standby is looked at; undefined: one is due. */
export function standbyNotDue({ overlap, apps, budgets }: Manifest): string | undefined {
  if (overlap === 'stop-the-world') return 'overlap is stop-the-world: nobody reads meanwhile';
  if (apps !== 'none' || isLagBudgetNamed(budgets)) return undefined;
  return 'there are no applications that could read from a standby, and no budget for its lag';
}

/** Whoever promises how late a standby may be has one. */
export const isLagBudgetNamed = ({ replicaLagMs }: Manifest['budgets']): boolean =>
  replicaLagMs !== defaultBudgets.replicaLagMs;
