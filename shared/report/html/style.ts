/**
 * The page's only style sheet; system fonts, and colours that hold without colour vision: each mark has a word beside
 * it.
 */
export const style = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --page: #ffffff; --card: #f6f8fa;
  --fail: #a40e26; --failbg: #ffebe9; --pass: #116329; --passbg: #dafbe1; --open: #7a4e00; --openbg: #fff3d4; --mark:
  #0550ae; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #a3adb8; --line: #3d444d; --page: #0d1117;
  --card: #161b22;
  --fail: #ff9492; --failbg: #3c1618; --pass: #7ee787; --passbg: #12261e; --open: #f0c04c; --openbg: #2e2410; --mark:
  #79c0ff; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; overflow-wrap:
  anywhere; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.4rem; line-height: 1.35; margin: .3rem 0 .5rem; font-weight: 600; }
h2 { font-size: 1.2rem; margin: 2.75rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; line-height: 1.4; margin: 0; } section > h3 { margin: 1.25rem 0 .3rem; } h4 { font-size: .95rem;
  margin: 0; }
p { margin: .4rem 0; } a { color: var(--mark); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 2px; border-radius: 4px; }
code, pre { font: .86em/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; overflow-x:
  auto; margin: .5rem 0 0; }
.soft { color: var(--soft); font-size: .9rem; font-weight: 400; } code.soft { font-size: .82rem; }
.verdict { border-radius: 10px; padding: 1.1rem 1.25rem; border-left: 8px solid currentColor; }
.verdict h1, .verdict .soft { color: var(--ink); } .verdict .soft { margin: 0; }
.fail { color: var(--fail); background: var(--failbg); } .pass { color: var(--pass); background: var(--passbg); }
.inconclusive { color: var(--open); background: var(--openbg); }
.word { font-weight: 800; letter-spacing: .06em; text-transform: uppercase; margin: 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .75rem; margin: 1rem 0; }
.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; background: var(--card);
  border: 1px solid var(--line);
  border-radius: 8px; padding: .6rem .8rem; }
.figures dt { color: var(--soft); font-size: .85rem; line-height: 1.35; } .figures dd { margin: 0; font-size: 1.15rem;
  font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .92rem; }
.story { list-style: none; margin: 0; padding: 0 0 0 .25rem; }
.story li { display: grid; grid-template-columns: 4.5rem 1fr; gap: .9rem; padding: .3rem 0 .3rem; }
.story .at { color: var(--soft); text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.index { list-style: none; margin: 0 0 1rem; padding: 0; } .index li { padding: .2rem 0; }
.finding { background: var(--card); border: 1px solid var(--line); border-left: 6px solid var(--line); border-radius:
  8px;
  padding: .9rem 1.1rem; margin: .8rem 0; }
.finding.blocks { border-left-color: var(--fail); } .finding.warns { border-left-color: var(--open); }
.like { border-top: 1px solid var(--line); padding: .7rem 0 .3rem; }
.tag { display: inline-block; border: 1px solid currentColor; border-radius: 99px; padding: 0 .55rem; font-size:
  .78rem; font-weight: 600;
  margin-right: .5rem; } .tag.blocks { color: var(--fail); } .tag.warns { color: var(--open); } .tag.waived { color:
  var(--soft); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; min-width: 36rem; font-size: .88rem; overflow-wrap: normal; }
th, td { text-align: left; padding: .45rem .65rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th, .part { background: var(--card); } tbody th { font-weight: 400; } .part { font-weight: 600; }
tbody:last-child tr:last-child > * { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.sql { min-width: 17rem; overflow-wrap: anywhere; } .sql code { white-space: pre-wrap; }
.cell { min-width: 8rem; max-width: 20rem; overflow-wrap: anywhere; } .cell.not-run { color: var(--soft); }
.cell div { color: var(--ink); font-size: .85rem; }
.refused { color: var(--fail); } .rewrote { color: var(--open); }
details { margin: .5rem 0; } summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
figure { margin: 0; } figcaption { margin: .2rem 0 .6rem; }
svg { width: 100%; min-width: 40rem; height: auto; display: block; background: var(--card); }
svg text { fill: var(--soft); font: 13px system-ui, sans-serif; } svg line { stroke: var(--line); }
svg .slowest { fill: var(--mark); opacity: .45; } svg .median { fill: none; stroke: var(--ink); stroke-width: 1.5; }
svg .migration { fill: var(--soft); opacity: .16; } svg .waits { fill: var(--open); opacity: .3; }
svg text.failure, .failure { fill: var(--fail); color: var(--fail); font-weight: 700; }
.key { display: inline-block; width: .9em; height: .7em; margin: 0 .35em 0 .8em; } .key:first-child { margin-left: 0; }
.key.slowest { background: var(--mark); opacity: .45; } .key.median { height: 2px; vertical-align: middle; background:
  var(--ink); }
.key.migration { background: var(--soft); opacity: .35; } .key.waits { background: var(--open); opacity: .5; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .4rem 0; font-size: .9rem; }
.facts dt { color: var(--soft); } .facts dd { margin: 0; min-width: 0; }
ul { padding-left: 1.2rem; margin: .4rem 0; }
@media (max-width: 40rem) { .story li { grid-template-columns: 3.4rem 1fr; gap: .7rem; } h1 { font-size: 1.2rem; }
  .figures { grid-template-columns: 1fr 1fr; } .finding { padding: .8rem .85rem; } }
@media print { :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --page: #fff; --card: #fff;
  --fail: #a40e26;
  --failbg: #fff; --pass: #116329; --passbg: #fff; --open: #7a4e00; --openbg: #fff; --mark: #0550ae; }
  body { font-size: 11pt; } main { padding: 0; max-width: none; } nav { display: none; } .scroll, pre { overflow:
  visible; }
  pre, .sql code { white-space: pre-wrap; } table, svg { min-width: 0; } tr, svg, .story li, h2, h3 { break-inside:
  avoid; }
  h2, h3 { break-after: avoid; } }
`;
