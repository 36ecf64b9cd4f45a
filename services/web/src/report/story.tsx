import type { Report } from '../../../../shared/domain/report.ts';
import { runWords } from '../../../../shared/report/phrases.ts';
import { tellStory } from '../../../../shared/report/story.ts';
import { formatMs } from '../../../../shared/report/words.ts';
import { Section } from './section.tsx';

/** What whoever is on call would live through, second by second, as one run showed it. */
export function StorySection({ report }: { readonly report: Report }) {
  const story = tellStory(report);
  if (story === undefined) return null;
  const { run, lines } = story;
  return (
    <Section
      id="story"
      title="What would happen"
      lead={
        <>
          As seen in <a href={`#timeline?run=${encodeURIComponent(run.id)}`}>{run.id}</a>: {runWords(run)}. Times count
          from the migration's first statement.
        </>
      }
    >
      <ol className="story">
        {lines.map(({ atMs, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a story never move
          <li key={index}>
            <span className="at">{atMs === undefined ? '' : `+${formatMs(Math.max(0, atMs))}`}</span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </Section>
  );
}
