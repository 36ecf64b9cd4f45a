import { blockingIndexBuild } from './blocking-index-build.ts';
import { brokenNextVersion } from './broken-next-version.ts';
import { brokenPreviousVersion } from './broken-previous-version.ts';
import { brokenQuery } from './broken-query.ts';
import type { Check } from './check.ts';
import { deadlock } from './deadlock.ts';
import { dishonestLedger } from './dishonest-ledger.ts';
import { diskSurge } from './disk-surge.ts';
import { divergentSchema } from './divergent-schema.ts';
import { failedMigration } from './failed-migration.ts';
import { failedTransactions } from './failed-transactions.ts';
import { halfDoneAfterCrash } from './half-done-after-crash.ts';
import { impossibleRollback } from './impossible-rollback.ts';
import { leftoverObject } from './leftover-object.ts';
import { lockQueuePileup } from './lock-queue-pileup.ts';
import { longExclusiveLock } from './long-exclusive-lock.ts';
import { lossyRollback } from './lossy-rollback.ts';
import { lostRows } from './lost-rows.ts';
import { lostToLockTimeout } from './lost-to-lock-timeout.ts';
import { memoryExhaustion } from './memory-exhaustion.ts';
import { missingHotpatch } from './missing-hotpatch.ts';
import { missingLockTimeout } from './missing-lock-timeout.ts';
import { mixedVersionData } from './mixed-version-data.ts';
import { refusedMigration } from './refused-migration.ts';
import { regressedPlan } from './regressed-plan.ts';
import { replicationLag } from './replication-lag.ts';
import { slowMigration } from './slow-migration.ts';
import { slowTraffic } from './slow-traffic.ts';
import { staleCachedPlan } from './stale-cached-plan.ts';
import { standbyConflict } from './standby-conflict.ts';
import { standbyDivergence } from './standby-divergence.ts';
import { swallowedError } from './swallowed-error.ts';
import { tableRewrite } from './table-rewrite.ts';
import { thinMemoryMargin } from './thin-memory-margin.ts';
import { unmigratedValue } from './unmigrated-value.ts';
import { unrepeatableMigration } from './unrepeatable-migration.ts';
import { violatedInvariant } from './violated-invariant.ts';
import { weakEvidence } from './weak-evidence.ts';
import { worseSteadyState } from './worse-steady-state.ts';

/** Every check, in report order. */
export const checks: readonly Check[] = [
  failedMigration,
  refusedMigration,
  swallowedError,
  lostToLockTimeout,
  deadlock,
  divergentSchema,
  dishonestLedger,
  memoryExhaustion,
  thinMemoryMargin,
  halfDoneAfterCrash,
  unrepeatableMigration,
  leftoverObject,
  slowMigration,
  lockQueuePileup,
  longExclusiveLock,
  missingLockTimeout,
  tableRewrite,
  blockingIndexBuild,
  failedTransactions,
  slowTraffic,
  standbyConflict,
  standbyDivergence,
  replicationLag,
  diskSurge,
  brokenPreviousVersion,
  brokenNextVersion,
  staleCachedPlan,
  brokenQuery,
  regressedPlan,
  mixedVersionData,
  impossibleRollback,
  lossyRollback,
  violatedInvariant,
  unmigratedValue,
  lostRows,
  worseSteadyState,
  missingHotpatch,
  weakEvidence,
];
