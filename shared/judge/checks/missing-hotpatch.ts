import type { Hotpatch } from '../../domain/bundle.ts';
import type { HotpatchFound } from '../../domain/hotpatch.ts';
import type { JudgeContext } from '../context.ts';
import { listed } from '../derive/sentences.ts';
import { type Draft, defineCheck } from './check.ts';

/** What production has only because somebody put it there by hand. */
export const missingHotpatch = defineCheck({
  id: 'missing-hotpatch',
  title: 'A hot patch of production is not in the next version',
  why: 'What somebody once stopped by hand in production begins again with the next deployment, and nobody remembers why.',
  incident: 'events-lock-timeouts-after-boot',
  severity: 'blocks',
  needs: [],
  parts: [],
  notApplicable: ({ manifest }) => (manifest.hotpatches.length === 0 ? 'no hot patch is declared' : undefined),
  find: (_, context) => {
    const missing = missingOnes(context);
    return missing.length === 0 ? [] : [draftOf(missing, context)];
  },
  lacks: (_, context) => unseenOnes(context),
});

interface Missing {
  readonly patch: Hotpatch;
  readonly place: string;
  readonly found: HotpatchFound;
}

function missingOnes({ manifest, hotpatches }: JudgeContext): readonly Missing[] {
  return manifest.hotpatches.flatMap((patch) => {
    const look = hotpatches.find(({ path }) => path === patch.path);
    if (look === undefined || !look.found.seen) return [];
    const found = look.found.value;
    const isCarried = found.kind === 'file' && found.sha256 === patch.sha256;
    return isCarried ? [] : [{ patch, place: look.place, found }];
  });
}

function unseenOnes({ manifest, hotpatches }: JudgeContext): readonly string[] {
  return manifest.hotpatches.flatMap(({ path }) => {
    const look = hotpatches.find((one) => one.path === path);
    if (look?.found.seen === true) return [];
    return [
      `nobody could look for the hot patch ${path}: ${look === undefined ? 'it was not looked for' : look.found.why}`,
    ];
  });
}

/** Next is one place: whatever it lacks is one finding. */
function draftOf(missing: readonly Missing[], { manifest, control }: JudgeContext): Draft {
  const paths = missing.map(({ place }) => place);
  const differing = missing.find(({ patch, found }) => found.kind === 'file' && !patch.path.startsWith('/'));
  const one = missing.length === 1;
  return {
    title: `next (${manifest.version}) does not carry ${one ? `the hot patch ${paths[0]}` : `${missing.length} hot patches`}`,
    summary: `${listed(missing.map(inWords))}. Production runs with ${one ? 'it' : 'them'}, and the next deployment takes ${one ? 'it' : 'them'} away.`,
    runs: control === undefined ? [] : [control],
    app: 'next',
    file: differing?.place ?? 'rehearsal.yaml',
    facts: {
      hotpatches: missing.map(({ patch, place, found }) => ({
        place,
        expected: patch.sha256,
        found: found.kind === 'file' ? found.sha256 : found.kind,
        why: patch.why,
      })),
    },
    remedy: {
      text: `Copy ${listed(paths)} from a machine of production into the next version, or take out of \`hotpatches\` what is not needed any more, then run: rehearse run .`,
    },
  };
}

function inWords({ patch, place, found }: Missing): string {
  const why = patch.why.trim().replace(/\.$/, '');
  return `${place} ${whatIsThere(found)}; the patched file has the sha256 ${patch.sha256} (${why})`;
}

function whatIsThere(found: HotpatchFound): string {
  switch (found.kind) {
    case 'file':
      return `is another file (sha256 ${found.sha256})`;
    case 'nothing':
      return 'is not there';
    case 'directory':
      return 'is a directory';
    case 'special file':
      return 'is no ordinary file';
    case 'way out':
      return 'leads out of the bundle';
  }
}
