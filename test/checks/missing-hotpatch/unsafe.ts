import { observed } from '../../../shared/domain/observed.ts';
import { evidence } from '../../support/evidence.ts';
import { patch, place } from './safe.ts';

export const sentence = 'The next version carries the file as it was before somebody patched it by hand.';
const found = 'b'.repeat(64);
export const finds = {
  severity: 'blocks',
  scenario: 'control',
  app: 'next',
  file: place,
  evidence: { runs: ['control'], hotpatches: [{ place, expected: patch.sha256, found, why: patch.why }] },
};

export default evidence({
  manifest: { hotpatches: [patch] },
  evidence: { hotpatches: [{ path: patch.path, place, found: observed({ kind: 'file', sha256: found }) }] },
});
