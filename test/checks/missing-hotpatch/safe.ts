import type { Hotpatch } from '../../../shared/domain/bundle.ts';
import { observed } from '../../../shared/domain/observed.ts';
import { evidence } from '../../support/evidence.ts';

export const sentence = 'The next version carries the file as production patched it.';

export const patch: Hotpatch = {
  path: 'config/disabled_jobs.json',
  sha256: 'a'.repeat(64),
  why: 'disables the feed job, INC-212.',
};
export const place = 'next/config/disabled_jobs.json';

export default evidence({
  manifest: { hotpatches: [patch] },
  evidence: { hotpatches: [{ path: patch.path, place, found: observed({ kind: 'file', sha256: patch.sha256 }) }] },
});
