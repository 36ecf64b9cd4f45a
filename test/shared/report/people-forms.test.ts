import { describe, expect, it } from 'vitest';
import { render } from '../../../shared/report/render.ts';
import { finding, greenReport, redReport } from './reports.ts';

const many = Array.from({ length: 2000 }, (_, index) =>
  finding({
    check: `check-${'abcdefghij'[index % 10]}-${'klmnopqrst'[Math.floor(index / 10) % 10]}`,
    ordinal: index,
    title: `Statement ${index} ${'is in the way '.repeat(10)}`,
    summary: 'It waits. '.repeat(200),
    remedy: { text: 'Give up. '.repeat(100), sql: 'SELECT 1;\n'.repeat(400) },
  }),
);

describe('the comment on a merge request', () => {
  it('is short enough for every forge, with 2,000 findings too, and says what is left out', () => {
    const note = render('markdown', { ...redReport(), findings: many });
    expect(note.length).toBeLessThan(65_535);
    expect(note).toMatch(/… and \d+ more checks with findings in the report\./);
    expect(note).toContain('bundle `sha256:');
  });

  it('begins with a marker by which a bot finds its own comment, then the verdict', () => {
    const lines = render('markdown', redReport()).split('\n');
    expect(lines[0]).toBe('<!-- rehearsal:pager:production -->');
    expect(lines[1]).toBe('### ❌ fail: pager 2.0');
  });
});

describe('the terminal report', () => {
  it('puts the verdict first and keeps prose within the width of a terminal', () => {
    const lines = render('text', redReport()).split('\n');
    expect(lines[0]).toMatch(/^FAIL {2}Do not deploy pager 2\.0/);
    const prose = lines.filter(
      (line) => !line.startsWith('        ') && !/^[ ●]*(ok|-|BREAKS|not run)/.test(line.trim()),
    );
    expect(prose.filter((line) => line.length > 100)).toEqual([]);
  });

  it('tells a check once, however many statements it found', () => {
    const findings = [1, 2, 3].map((ordinal) => finding({ ordinal, title: `Statement ${ordinal} waits` }));
    const text = render('text', { ...redReport(), findings });
    expect(text.match(/What to do|Exit non-zero:/g)).toHaveLength(1);
    expect(text).toContain('+ Statement 3 waits');
  });

  it('says what could not be judged, what was waived and what was not tested', () => {
    const report = {
      ...greenReport(),
      findings: [finding({ waivedBy: 'ada' })],
      checks: [{ id: 'deadlock', outcome: 'undetermined', reason: 'the generator was late' } as const],
      notTested: [{ what: 'rollback', because: 'this version does not look at it' }],
    };
    const text = render('text', report);
    expect(text).toContain('deadlock: the generator was late');
    expect(text).toContain('waived by ada');
    expect(text).toContain('rollback: this version does not look at it');
  });
});

describe('the page', () => {
  it('says the verdict before anything else, and has one heading of the first level', () => {
    const page = render('html', redReport());
    const body = page.slice(page.indexOf('<main>'));
    expect(body).toMatch(
      /^<main>\s*<header class="verdict fail"><p class="word">Fail<\/p><h1>Do not deploy pager 2\.0/,
    );
    expect(page.match(/<h1/g)).toHaveLength(1);
  });

  it('has headings without gaps and tables whose heads say what they are heads of', () => {
    const page = render('html', redReport());
    const levels = [...page.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level, index) => index > 0 && level > (levels[index - 1] ?? 0) + 1)).toEqual([]);
    expect(page.match(/<th(?![a-z])(?![^>]*scope=)[^>]*>/g)).toBeNull();
  });

  it('needs no script and no other host, and says so to the browser', () => {
    const page = render('html', redReport());
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<iframe|\bsrc=|@import|url\(/);
    expect(
      [...page.matchAll(/href="([^"]*)"/g)]
        .map(([, target]) => target)
        .filter((target) => !/^(#|data:,)/.test(target ?? '')),
    ).toEqual([]);
  });

  it('links only to places that it has', () => {
    const page = render('html', redReport());
    const ids = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id));
    const missing = [...page.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id).filter((id) => !ids.has(id));
    expect(missing).toEqual([]);
  });

  it('tells locks in plain words and folds what is alike', () => {
    const findings = [1, 2, 3].map((ordinal) => finding({ ordinal }));
    const page = render('html', { ...redReport(), findings });
    expect(page).toContain('blocks reads and writes of public.alerts');
    expect(page).toContain('2 more findings of this check');
    expect(page.match(/<article class="finding blocks"/g)).toHaveLength(1);
  });

  it('stays a page with 2,000 findings', () => {
    expect(render('html', { ...redReport(), findings: many }).length).toBeLessThan(12_000_000);
  });
});
