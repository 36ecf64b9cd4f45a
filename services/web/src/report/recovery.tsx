import type { Report } from '../../../../shared/domain/report.ts';
import type { Recovery } from '../../../../shared/domain/verdict.ts';
import { harmSentence } from '../../../../shared/report/phrases.ts';
import { excerpt } from '../../../../shared/report/words.ts';
import { Card } from '../kit/card.tsx';
import { Code } from '../kit/code.tsx';
import { Section } from './section.tsx';
import { useShowMore } from './show-more.tsx';

const ways: Readonly<Record<Recovery['choose'], string>> = {
  retry: 'Run the migration again',
  'forward-fix': 'Go forward and close the gap',
  'roll-back': 'Roll back',
};

/** For whoever is on call when it happens all the same: states that need the same way out stand together. */
export function RecoverySection({ report }: { readonly report: Report }) {
  const alike = [
    ...Map.groupBy(report.recovery, (one) => JSON.stringify([one.choose, reason(one), one.sql, one.loses])).values(),
  ];
  const { shown, more } = useShowMore(alike, 12);
  return (
    <Section id="recovery" title="If it happens all the same" lead={harmSentence(report)}>
      {report.recovery.length === 0 && <p>No run left a state that somebody would have to be led out of.</p>}
      {shown.map((recoveries) => (
        <WayOut key={recoveries.map(({ state }) => state).join('\n')} recoveries={recoveries} />
      ))}
      {more}
    </Section>
  );
}

/** How the state came about stands in its name; what follows the semicolon is why this way out. */
const reason = ({ because }: Recovery): string => because.slice(because.indexOf('; ') + 1).trim();

function WayOut({ recoveries }: { readonly recoveries: readonly Recovery[] }) {
  const [first] = recoveries;
  if (first === undefined) return null;
  const lost = (first.loses ?? []).map(
    ({ relation, rows, columns }) =>
      `${columns === undefined ? '' : `${columns.join(', ')} of `}${relation}${rows === undefined ? '' : ` (${rows} rows)`}`,
  );
  const states = recoveries.slice(0, 5).map(({ state }) => `“${excerpt(state, 120)}”`);
  return (
    <Card>
      <h3>{ways[first.choose]}</h3>
      <p className="soft">
        In the state {states.join(', ')}
        {recoveries.length > states.length && ` and ${recoveries.length - states.length} more`}
      </p>
      <p>
        {excerpt(
          reason(first).replace(/^./, (letter) => letter.toUpperCase()),
          1200,
        )}
        .
      </p>
      {lost.length > 0 && (
        <p>
          <strong>It loses:</strong> {excerpt(lost.join('; '), 600)}
        </p>
      )}
      {first.sql !== undefined && <Code text={first.sql.trim()} label="SQL of the way out" />}
    </Card>
  );
}
