import { useEffect, useState } from 'react';
import { Section } from './section.tsx';

/** What `rehearse run --out` writes beside the page, and what a service has below a rehearsal. */
const files = [
  { name: 'report.md', ofService: 'report.md', what: 'for a comment' },
  { name: 'junit.xml', ofService: 'report.xml', what: 'for CI' },
  { name: 'results.sarif', ofService: 'report.sarif', what: 'for code scanning' },
  { name: 'evidence.json', ofService: 'evidence.json', what: 'all that was seen; rehearse judge judges it again' },
] as const;

/** The report in its other forms; report.json is in this very page. */
export function DownloadsSection({ source, rehearsalId }: { readonly source: string; readonly rehearsalId: string }) {
  const [address, setAddress] = useState<string>();
  // After the first picture: a large report takes a tenth of a second to copy.
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([source], { type: 'application/json' }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [source]);
  const isServed = location.protocol.startsWith('http');
  const below = isServed ? `/v1/rehearsals/${encodeURIComponent(rehearsalId)}/` : '';
  return (
    <Section id="downloads" title="Take it along">
      <ul>
        <li>
          <a href={address} download="report.json">
            report.json
          </a>{' '}
          <span className="soft">everything on this page</span>
        </li>
        {files.map(({ name, ofService, what }) => (
          <li key={name}>
            <a href={isServed ? `${below}${ofService}` : name}>{name}</a>{' '}
            <span className="soft">
              {what}
              {!isServed && ', beside this file'}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
