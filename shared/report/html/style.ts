/** The page's only style sheet; system fonts and colours that hold without colour vision (each mark has a word beside it). */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --page: #ffffff; --card: #f6f8fa;
  --fail: #a40e26; --failbg: #ffebe9; --pass: #116329; --passbg: #dafbe1; --open: #7a4e00; --openbg: #fff3d4; --mark: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9da7b1; --line: #3d444d; --page: #0d1117; --card: #161b22;
  --fail: #ff9492; --failbg: #3c1618; --pass: #7ee787; --passbg: #12261e; --open: #f0c04c; --openbg: #2e2410; --mark: #79c0ff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.35rem; line-height: 1.35; margin: .4rem 0 0; font-weight: 600; }
h2 { font-size: 1.1rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .4rem 0; }
code, pre { font: .86em/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; overflow-x: auto; margin: .5rem 0 0; }
.verdict { border-radius: 10px; padding: 1.1rem 1.25rem; border-left: 8px solid currentColor; }
.verdict h1 { color: var(--ink); }
.fail { color: var(--fail); background: var(--failbg); } .pass { color: var(--pass); background: var(--passbg); }
.inconclusive { color: var(--open); background: var(--openbg); }
.word { font-weight: 700; letter-spacing: .06em; text-transform: uppercase; font-size: .85rem; }
.soft { color: var(--soft); font-size: .9rem; }
.finding { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--line); border-radius: 8px;
  padding: .9rem 1.1rem; margin: .8rem 0; }
.finding.blocks { border-left-color: var(--fail); } .finding.warns { border-left-color: var(--open); }
.tag { display: inline-block; border: 1px solid currentColor; border-radius: 99px; padding: 0 .55rem; font-size: .78rem; font-weight: 600;
  margin-right: .4rem; }
.tag.blocks { color: var(--fail); } .tag.warns { color: var(--open); } .tag.waived { color: var(--soft); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; }
th, td { text-align: left; padding: .4rem .65rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { background: var(--card); white-space: nowrap; } tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.cell { white-space: nowrap; font-weight: 600; } td.cell.fail, td.cell.pass { border-bottom-color: var(--line); }
td.cell.not-run { color: var(--soft); font-weight: 400; }
details { margin: .6rem 0; } summary { cursor: pointer; font-weight: 600; padding: .3rem 0; }
svg { width: 100%; height: auto; display: block; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; font-size: .9rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; margin: .4rem 0; }
@media print { .finding, table, svg { break-inside: avoid; } main { padding: 0; max-width: none; } }
`;
