import type { Evidence } from '../domain/observation.ts';
import type { Judgement } from '../domain/verdict.ts';
import { formatMs } from './words.ts';

/** The one sentence a reader needs: may it go out, why not, and how long traffic is expected to stand still. */
export function sentence(evidence: Evidence, judgement: Judgement): string {
  const { manifest } = evidence.bundle;
  const blocked = `traffic is expected to be blocked for ${formatMs(expectedBlockedMs(evidence))} at the worst moment`;
  switch (judgement.verdict) {
    case 'pass': {
      const waived = judgement.findings.filter((finding) => finding.waivedBy !== undefined).length;
      const note = waived === 0 ? '' : `; ${waived} accepted by waiver`;
      return `${manifest.service} ${manifest.version} may go out: ${blocked}${note}.`;
    }
    case 'fail': {
      const blocking = judgement.findings.filter(
        ({ severity, waivedBy }) => severity === 'blocks' && waivedBy === undefined,
      );
      const first = blocking[0]?.summary.replace(/\.$/, '') ?? '';
      const more = blocking.length > 1 ? ` (and ${blocking.length - 1} more)` : '';
      return `Do not deploy ${manifest.service} ${manifest.version}: ${first}${more}; ${blocked}.`;
    }
    case 'inconclusive': {
      const open = judgement.checks.find((check) => check.outcome === 'undetermined' || check.outcome === 'broken');
      const cell = judgement.cells.find(({ gates, outcome }) => gates && outcome === 'not-run');
      const why =
        open !== undefined
          ? `${open.id} could not be judged: ${open.reason ?? ''}`
          : cell !== undefined
            ? `${cell.app} could not be asked on the state "${cell.state}"`
            : 'evidence is missing';
      return `No verdict on ${manifest.service} ${manifest.version}: ${why}; no evidence is not a pass.`;
    }
  }
}

/** The longest wait of one transaction of the traffic, over all runs that had traffic. */
export function expectedBlockedMs(evidence: Evidence): number {
  return Math.max(0, ...evidence.runs.map((run) => run.load?.blockedMsMax ?? 0));
}
