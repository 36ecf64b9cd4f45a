import { ledgerVersion } from '../ledger-version.ts';
import type { BundlePaths } from './bundle-paths.ts';
import type { Spot } from './spot.ts';

/** The `sql` of one phase, or of the rollback. */
export interface Application {
  readonly phase: string;
  readonly ledger: string;
  readonly files: readonly string[];
}

interface Applied {
  readonly file: string;
  readonly phase: string;
  readonly spot: Spot;
}

/** What the phases of one manifest apply, in their order: each file once, and each by a name of its own in a ledger. */
export class AppliedFiles {
  readonly #paths: BundlePaths;
  readonly #byFile = new Map<string, Applied>();
  readonly #byVersion = new Map<string, Applied>();

  constructor(paths: BundlePaths) {
    this.#paths = paths;
  }

  /** No phase may name a file of an earlier one. */
  addPhase(spot: Spot, application: Application): void {
    const { phase, files } = application;
    const fresh = files.filter((file) => {
      const own = this.#paths.ownPath(file);
      const earlier = this.#byFile.get(own);
      if (earlier === undefined) this.#byFile.set(own, { file, phase, spot });
      else spot.problem(`\`${file}\` is named twice: here and by ${placeOf(earlier)}. Name it in one phase only.`);
      return earlier === undefined;
    });
    this.addVersions(spot, { ...application, files: fresh });
  }

  /** A ledger knows files by their names alone, so the second of two equal ones would be skipped in silence. */
  addVersions(spot: Spot, { phase, ledger, files }: Application): void {
    if (ledger === 'none') return;
    for (const file of files) {
      const version = ledgerVersion(file);
      const key = JSON.stringify([ledger, version]);
      const earlier = this.#byVersion.get(key);
      if (earlier === undefined) this.#byVersion.set(key, { file, phase, spot });
      else spot.problem(sameVersion({ file, phase, spot }, earlier, `\`${version}\` in the ledger \`${ledger}\``));
    }
  }
}

function sameVersion({ file, phase }: Applied, earlier: Applied, name: string): string {
  const isElsewhere = earlier.phase !== phase;
  const other = `\`${earlier.file}\`${isElsewhere ? ` of ${placeOf(earlier)}` : ''}`;
  const apart = isElsewhere ? `, or give \`${phase}\` a ledger of its own: \`ledger: NAME\`` : '';
  return `${other} and \`${file}\` have one name, ${name}: the second would be skipped. Rename one of them${apart}.`;
}

const placeOf = ({ phase, spot }: Applied): string => `\`${phase}\` (${spot.key}, line ${spot.line})`;
