import type { Artifacts } from '../../ports/artifacts.ts';
import type { Store } from '../../ports/store.ts';
import { openAcceptances } from './acceptances.ts';
import { openAdmission } from './admission.ts';
import { openAudit } from './audit.ts';
import { openBundleArchives } from './bundle-archives.ts';
import { openDatabase } from './database.ts';
import { openEvents } from './events.ts';
import { openFigures } from './figures.ts';
import { openHistory } from './history.ts';
import { migrateStore } from './migrate.ts';
import { openProductionSchemas } from './production-schemas.ts';
import { openRehearsals } from './rehearsals.ts';
import { openRetention } from './retention.ts';
import { openRuns } from './runs.ts';
import { openSources } from './sources.ts';
import { openStatusChecks } from './status-checks.ts';
import { openTokens } from './tokens.ts';
import { openWebhooks } from './webhooks.ts';
import { openWorkerRegister } from './worker-register.ts';

export interface StoreOptions {
  /** `postgresql://…` of a database of our own. */
  readonly url: string;
  /** Connections that broke while nobody asked anything. */
  readonly onError: (error: Error) => void;
  /** How long one question may take before the database counts as away; absent: long enough for any. */
  readonly answerMs?: number;
  /** Where archives are kept; absent: in the store. */
  readonly artifacts?: Artifacts | undefined;
}

/** The service's memory in PostgreSQL, its schema brought up to date. Throws RehearsalError `store-unreachable`. */
export async function openStore({ url, onError, answerMs, artifacts }: StoreOptions): Promise<Store> {
  const database = openDatabase(url, onError, answerMs);
  try {
    await migrateStore(database);
  } catch (error) {
    await database[Symbol.asyncDispose]();
    throw error;
  }
  return {
    rehearsals: openRehearsals(database),
    admission: openAdmission(database),
    runs: openRuns(database),
    events: openEvents(database),
    bundles: openBundleArchives(database, artifacts),
    tokens: openTokens(database),
    acceptances: openAcceptances(database),
    audit: openAudit(database),
    figures: openFigures(database),
    retention: openRetention(database),
    productionSchemas: openProductionSchemas(database),
    workers: openWorkerRegister(database),
    sources: openSources(database),
    history: openHistory(database),
    webhooks: openWebhooks(database),
    statusChecks: openStatusChecks(database),
    health: async () => {
      await database.rows('SELECT 1');
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
