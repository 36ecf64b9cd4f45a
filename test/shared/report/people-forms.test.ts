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
    expect(Buffer.byteLength(note)).toBeLessThan(65_535);
    expect(note).toMatch(
      /\*\*Cut to fit into a comment:\*\* the findings of \d+ more checks are left out\. .*`report\.json` of rh-/,
    );
    expect(note).toContain('bundle `sha256:');
  });

  it('is one screen: what is longer than a line is folded, and a note that is whole says nothing of a cut', () => {
    const note = render('markdown', redReport());
    const open = note.replaceAll(/<details>[\s\S]*?<\/details>/g, (fold) => fold.split('\n')[0] ?? '');
    expect(open.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(30);
    expect(note).not.toContain('Cut to fit');
  });

  it('gives two services two markers, even where a name does not fit into a comment', () => {
    const marker = (service: string) => render('markdown', { ...redReport(), service }).split('\n')[0];
    expect(marker('a b')).not.toBe(marker('a-b'));
    expect(marker('a-->b')).not.toBe(marker('a->b'));
    expect(marker('pay/eu')).toBe('<!-- rehearsal:pay/eu:production -->');
  });

  it('speaks of the database where it says what harm is done, and does not hide that a version breaks', () => {
    const [cell] = redReport().compatibility.cells;
    const cells = cell === undefined ? [] : [{ ...cell, app: 'previous', gates: true, outcome: 'fail' } as const];
    const report = { ...redReport(), harm: 'refused', compatibility: { overlap: 'rolling', cells } } as const;
    for (const format of ['text', 'markdown'] as const) {
      const words = render(format, report).replace(/\s+/g, ' ');
      expect(words).toContain('The database is unharmed: at worst the migration gives up loudly');
      expect(words).toContain('The versions are another matter: previous breaks.');
    }
    expect(render('html', report)).toContain('<dt>the database: at worst the migration gives up loudly');
    expect(render('html', report)).not.toContain('<dd>refused</dd>');
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
