import '../kit/style.ts';
import './report.css';
import './print.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { embeddedReport } from './embedded-report.ts';
import { ReportPage } from './report-page.tsx';

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <ReportPage {...embeddedReport(document)} />
    </StrictMode>,
  );
}
