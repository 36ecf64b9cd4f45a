import type { EmbeddedReport } from './embedded-report.ts';

export function ReportPage({ report }: EmbeddedReport) {
  return (
    <main id="main">
      <h1>{report.sentence}</h1>
    </main>
  );
}
