import { describe, expect, it } from 'vitest';
import { formats, render } from '../../../shared/report/render.ts';
import { readXml } from './read-xml.ts';
import { redReport, withForeignText } from './reports.ts';

const hostile = {
  markup: '</style></code><script>alert(1)</script><img src=x onerror="alert(1)">\'"&amp;',
  'terminal escapes': '\u001b]0;owned\u0007\u001b[2J\u009b31m\rFAIL',
  'a direction override': 'safe\u202egpj.exe\u2066x',
  nulls: 'a\u0000b\ufffe\ud800',
  'the end of a CDATA section': 'x ]]> <![CDATA[ y -->',
  'commands of a forge': '/merge\n/close\n\n/assign @me #1 !2 ~bug %3 GH-4',
  'folds of its own': '</summary></details></details><details open>',
  'table cells': 'a | b || c \\| d \n|---|',
  'emoji and joiners': '👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é\u0301',
  'fences and headings': '```\n# owned\n@everyone [x](https://evil.example) <b>',
  'a line of a megabyte': 'x'.repeat(1_000_000),
} as const;
const cases = Object.entries(hostile);
const renderings = cases.flatMap(([name, text]) => formats.map((format) => ({ name, text, format })));
const pageTags =
  'html head meta link title style body main header p h1 h2 h3 h4 dl dt dd div nav a section ol ul li span code pre strong article details summary table thead tbody tr th td figure figcaption svg rect line text path';

const red = redReport();
const rendered = (format: (typeof formats)[number], text: string) => render(format, withForeignText(red, text));

describe('text of strangers', () => {
  it.each(renderings.filter(({ format }) => format !== 'json'))(
    '$name leaves no control character, no half character and no direction in $format',
    ({ text, format }) => {
      expect(rendered(format, text)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Cs}\ufffe]/u);
    },
  );

  it.each(renderings.filter(({ format }) => format === 'json' || format === 'sarif'))(
    '$name is still JSON in $format',
    ({ text, format }) => {
      expect(() => JSON.parse(rendered(format, text))).not.toThrow();
    },
  );

  it.each(cases)('%s is no element and no attribute of the page', (_, text) => {
    const page = rendered('html', text);
    const tags = new Set([...page.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag));
    expect([...tags].filter((tag) => !pageTags.split(' ').includes(tag ?? ''))).toEqual([]);
    expect(page.match(/<[a-z0-9]+(?:\s+[a-z-]+(?:="[^"]*")?)*\s+on[a-z]+=/gi)).toBeNull();
    expect(page.match(/<style>/g)).toHaveLength(1);
  });

  it.each(cases)('%s is character data in JUnit', (_, text) => {
    expect(readXml(rendered('junit', text)).name).toBe('testsuites');
  });

  it.each(cases)('%s makes no heading, no mention, no markup and no open fence in a comment', (_, text) => {
    const note = rendered('markdown', text);
    const { prose, fences } = withoutFences(note);
    expect(fences % 2).toBe(0);
    expect(prose.filter((line) => line.startsWith('#'))).toHaveLength(1);
    const strange = prose.slice(1).join('\n').replace(ownMarkup, '');
    expect(strange).not.toMatch(/<[a-z!/]|(?<!\\)\]\(/i);
    // Forges look for mentions, references and commands in what was rendered: a backslash does not stop them.
    expect(strange).not.toMatch(/[@#!~%$][\w{"]/);
    expect(prose.filter((line) => /^\s*\/\w/.test(line))).toEqual([]);
    const folds = (tag: string) => prose.filter((line) => line.startsWith(tag)).length;
    expect(folds('<details>')).toBe(folds('</details>'));
    expect(note.split('\n')[0]).toMatch(/^<!-- rehearsal:[^<>]* -->$/);
    expect(note.split('\n')[0]?.match(/--/g)).toHaveLength(2);
  });

  it.each(formats.filter((format) => format !== 'json'))('a megabyte in every field stays a readable %s', (format) => {
    expect(rendered(format, hostile['a line of a megabyte']).length).toBeLessThan(500_000);
  });
});

/** What a note folds with; a summary's text is not among it. */
const ownMarkup = /<\/?details>|<\/?summary>|<\/?[bi]>|<!-- rehearsal:[^<>]* -->/g;

/** As CommonMark reads it: a fence is closed by one at least as long as the one that opened it. */
function withoutFences(note: string): { prose: string[]; fences: number } {
  let open: string | undefined;
  let fences = 0;
  const prose = note.split('\n').filter((line) => {
    const fence = /^(`{3,})(\w*)$/.exec(line);
    if (open === undefined && fence !== null) {
      open = fence[1];
      fences += 1;
      return false;
    }
    if (open !== undefined && fence !== null && fence[2] === '' && (fence[1] ?? '').length >= open.length) {
      open = undefined;
      fences += 1;
      return false;
    }
    return open === undefined;
  });
  return { prose, fences };
}
