import { useEffect } from 'react';
import { useAddress } from './address.ts';
import { DownloadsSection } from './downloads.tsx';
import type { EmbeddedReport } from './embedded-report.ts';
import { EvidenceSection } from './evidence.tsx';
import { FindingsSection } from './findings.tsx';
import { InterruptionsSection } from './interruptions.tsx';
import { RecoverySection } from './recovery.tsx';
import { StorySection } from './story.tsx';
import { TimelineSection } from './timeline/timeline.tsx';
import { VerdictHead } from './verdict-head.tsx';
import { VersionsSection } from './versions.tsx';

const contents = [
  ['story', 'What would happen'],
  ['findings', 'Findings'],
  ['timeline', 'Timeline'],
  ['versions', 'Versions'],
  ['interruptions', 'Disturbed'],
  ['recovery', 'Way out'],
  ['evidence', 'Evidence'],
  ['downloads', 'Take along'],
] as const;

/** The verdict in ten seconds, the cause in a minute, then everything that it stands on. */
export function ReportPage({ report, checks, source }: EmbeddedReport) {
  useEffect(() => {
    document.title = `${report.verdict}: ${report.service} ${report.version}`;
  }, [report]);
  const shown = contents.filter(([id]) => id !== 'interruptions' || report.runs.some(({ aftermath }) => aftermath));
  return (
    <>
      <FollowAddress />
      <a className="skip-link" href="#main">
        To the verdict
      </a>
      <nav aria-label="On this page" className="contents">
        {shown.map(([id, title]) => (
          <a key={id} href={`#${id}`}>
            {title}
          </a>
        ))}
      </nav>
      <main id="main">
        <VerdictHead report={report} />
        <StorySection report={report} />
        <FindingsSection report={report} checks={checks} />
        <TimelineSection report={report} />
        <VersionsSection report={report} />
        <InterruptionsSection report={report} />
        <RecoverySection report={report} />
        <EvidenceSection report={report} checks={checks} />
        <DownloadsSection source={source} rehearsalId={report.rehearsalId} />
      </main>
    </>
  );
}

/** Apart from the page, so that a step in the address draws only those sections anew that read it. */
function FollowAddress() {
  const { section } = useAddress();
  useEffect(() => {
    if (section !== '') document.getElementById(section)?.scrollIntoView();
  }, [section]);
  return null;
}
