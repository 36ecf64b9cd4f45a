import type { Report } from '../../domain/report.ts';
import { runWords } from '../phrases.ts';
import { type StoryLine, tellStory } from '../story.ts';
import { formatMs } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** The course of events at the worst moment, before any detail. */
export function storySection(report: Report): Markup {
  const story = tellStory(report);
  if (story === undefined) return html``;
  const title = report.verdict === 'pass' ? 'What happens at the worst moment' : 'What would happen';
  return html`<section id="story"><h2>${title}</h2><ol class="story">${story.lines.map(storyLine)}</ol>
<p class="soft">As seen in <a href="#run-${story.run.id}">${story.run.id}</a> (${runWords(story.run)}); times since the migration began.</p></section>`;
}

function storyLine({ atMs, text }: StoryLine): Markup {
  return html`<li><span class="at">${atMs === undefined ? 'then' : formatMs(atMs)}</span><span>${text}</span></li>`;
}
