import { describe, expect, it } from 'vitest';
import { sealShell } from '../../../services/web/seal-shell.ts';
import { sentenceParts } from '../../../services/web/src/report/sentence-parts.ts';
import { readRun } from '../../../services/web/src/report/timeline/read-run.ts';
import { ticks, timeScale } from '../../../services/web/src/report/timeline/time-scale.ts';
import { fillShell } from '../../../shared/report/fill-shell.ts';
import { greenReport, redReport } from '../../shared/report/reports.ts';

const shell = `<!doctype html><title>Rehearsal</title><meta name="policy" content="here"><script type="module">go()</script>
<noscript data-part="style"></noscript><noscript data-part="static"></noscript>
<script type="application/json" id="report"></script><script type="application/json" id="checks"></script>`;

describe('the sentence of a verdict as links', () => {
  it('says the same word for word, and the worst finding, the rest and the wait are links', () => {
    const report = redReport();
    const parts = sentenceParts(report);
    expect(parts.map(({ text }) => text).join('')).toBe(report.sentence);
    const links = Object.fromEntries(parts.flatMap(({ text, href }) => (href === undefined ? [] : [[href, text]])));
    expect(links['#finding-1']).toContain('exits 0');
    expect(links['#findings']).toMatch(/^\d+ more blocking findings?$/);
    expect(Object.keys(links).find((href) => href.startsWith('#timeline?run='))).toBeDefined();
  });

  it('is whole where there is nothing to link to', () => {
    const report = { ...greenReport(), runs: [], findings: [] };
    expect(sentenceParts(report).map(({ text }) => text)).toEqual([report.sentence]);
  });
});

describe('a run on its axis', () => {
  const report = redReport();
  const run = report.runs.find(({ load }) => (load?.failed ?? 0) > 0);
  if (run === undefined) throw new Error('no run with failures');
  const reading = readRun(report, run);

  it('shows a refused statement as long as it waited, and the lock it asked for as never held', () => {
    const refused = reading.attempts
      .flatMap(({ bars }) => bars)
      .find(({ statement }) => statement.sqlstate === '55P03');
    expect(refused && [refused.fromMs, refused.waitedUntilMs, refused.toMs]).toEqual([6030, 8020, 8030]);
    const lane = reading.locks.find(({ relation }) => relation === 'public.alerts');
    const own = lane?.bars.filter(({ key }) => key === refused?.key) ?? [];
    expect(own.length).toBeGreaterThan(0);
    expect(own.every(({ kind }) => kind === 'requested')).toBe(true);
  });

  it('holds everything that happened, the traffic included', () => {
    const bars = reading.attempts.flatMap((one) => one.bars);
    for (const { fromMs, toMs } of bars) {
      expect(fromMs).toBeGreaterThanOrEqual(reading.whole.fromMs);
      expect(toMs).toBeLessThanOrEqual(reading.whole.toMs);
    }
    expect(reading.whole.fromMs).toBeLessThanOrEqual(run.load?.series[0]?.atMs ?? 0);
  });

  it('counts from the first statement, in round steps that can be read', () => {
    const found = ticks(timeScale({ fromMs: -2000, toMs: 9000 }, 720), 1000);
    expect(found).toContain(0);
    expect(found.length).toBeLessThanOrEqual(11);
    expect(new Set(found.map((ms, index) => ms - (found[index - 1] ?? ms))).size).toBeLessThanOrEqual(2);
  });
});

describe('the page with a report inside', () => {
  it('holds the very report, and nothing of it can end its element', () => {
    const report = { ...redReport(), service: '</script><!--<script>\u2028$& $1' };
    const page = fillShell(shell, report);
    const json = /<script type="application\/json" id="report">(.*?)<\/script>/.exec(page)?.[1] ?? '';
    expect(json).not.toMatch(/[<>\u2028]/);
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(report)));
    expect(page.match(/<script/g)).toHaveLength(3);
  });

  it('has the static page for who allows no script', () => {
    expect(fillShell(shell, redReport())).toMatch(
      /<noscript><main>[\s\S]*What would happen[\s\S]*<\/main><\/noscript>/,
    );
  });

  it('is refused where the built page lacks a place', () => {
    expect(() => fillShell(shell.replace('id="checks"', ''), redReport())).toThrow('no single place for its checks');
  });

  it('lets its own script run and its own styles paint, and no other', () => {
    const sealed = sealShell(shell.replace('</title>', '</title><style>a{}</style>'), ['b{}']);
    expect(sealed).toMatch(/script-src 'sha256-[^ ';]+'; style-src 'sha256-[^ ';]+' 'sha256-[^ ';]+'; /);
    expect(sealed).not.toContain('unsafe');
    const bare = shell.replace('<meta name="policy" content="here">', '');
    expect(() => sealShell(bare, [])).toThrow('where its policy goes');
    expect(() => sealShell('<meta name="policy" content="here">', [])).toThrow('no script inside');
  });
});
