import type { Finding } from '../domain/finding.ts';
import type { Evidence } from '../domain/observation.ts';
import type { Judgement } from '../domain/verdict.ts';
import { markOf, placeOf } from './group-findings.ts';
import { limits } from './limits.ts';
import { counted, excerpt, formatMs, oneLine } from './words.ts';

/** The one sentence a reader needs: may it go out, why not, and how long traffic is expected to stand still. */
export function sentence(evidence: Evidence, judgement: Judgement): string {
  const { service, version } = evidence.bundle.manifest;
  const marked = (mark: ReturnType<typeof markOf>) => judgement.findings.filter((finding) => markOf(finding) === mark);
  const blocked = blockedWords(evidence);
  switch (judgement.verdict) {
    case 'pass': {
      const waived = marked('waived').length;
      const [warning, ...others] = marked('warns');
      const known = warning === undefined ? '' : `; worth knowing: ${named(warning)}${more(others.length, 'warning')}`;
      return `${service} ${version} may go out: ${blocked}${known}${waived === 0 ? '' : `; ${waived} accepted by waiver`}.`;
    }
    case 'fail': {
      const [worst, ...others] = marked('blocks');
      const why = worst === undefined ? 'a check blocks it' : named(worst);
      return `Do not deploy ${service} ${version}: ${why}${more(others.length, 'blocking finding')}; ${blocked}.`;
    }
    case 'inconclusive':
      return `No verdict on ${service} ${version}: ${lack(judgement)}; no evidence is not a pass; ${blocked}.`;
  }
}

/** A title stands alone; a summary may need its title before it. */
function named(finding: Finding): string {
  const title = excerpt(oneLine(finding.title).replace(/\.$/, ''), limits.sentenceTitleCharacters);
  return finding.file === undefined ? title : `${title} (${placeOf(finding)})`;
}

const more = (count: number, noun: string): string => (count === 0 ? '' : `, and ${counted(count, `more ${noun}`)}`);

function lack({ checks, cells }: Judgement): string {
  const open = checks.filter(({ outcome }) => outcome === 'undetermined' || outcome === 'broken');
  const [first] = open;
  const cell = cells.find(({ gates, outcome }) => gates && outcome === 'not-run');
  if (first !== undefined) {
    const others = more(open.length - 1, 'check');
    return `${first.id} could not be judged (${first.reason ?? 'no reason is known'})${others}`;
  }
  if (cell !== undefined) return `${cell.app} could not be asked on the state “${cell.state}”`;
  return 'evidence is missing';
}

function blockedWords(evidence: Evidence): string {
  const waits = evidence.runs.flatMap(({ load, steady }) =>
    load === undefined || steady !== undefined ? [] : [load.blockedMsMax],
  );
  if (waits.length > 0)
    return `traffic is expected to be blocked for ${formatMs(Math.max(...waits))} at the worst moment`;
  if (evidence.bundle.manifest.overlap === 'stop-the-world') return 'traffic is stopped while it runs';
  return 'for how long traffic would be blocked is unknown';
}
