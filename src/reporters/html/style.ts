import { contentsStyle } from "./style-contents.ts";

/** The page's style sheet. Colours are named once for light and once for dark; both keep text at 4.5:1 or more. */
const light = `
  color-scheme: light;
  --page: #f6f7f9; --card: #ffffff; --sunken: #f1f3f6; --line: #dfe3e8; --strong-line: #c3cad3;
  --text: #17202b; --muted: #5a6675; --link: #0b57b8;
  --pass: #0f7038; --pass-ground: #e4f5ea; --fail: #b3201c; --fail-ground: #fdebea;
  --unproven: #8a5200; --unproven-ground: #fff4df; --none: #5a6675; --none-ground: #eef0f3;
  --before: #858f9b; --after: #1f6fd1; --spread: #17202b;`;

const dark = `
  color-scheme: dark;
  --page: #10151b; --card: #181f27; --sunken: #121920; --line: #2a343f; --strong-line: #44505d;
  --text: #e6ebf1; --muted: #9aa7b5; --link: #82b6f8;
  --pass: #6fd595; --pass-ground: #12301f; --fail: #ff9c94; --fail-ground: #3d1a1a;
  --unproven: #f3bd63; --unproven-ground: #382a10; --none: #9aa7b5; --none-ground: #242d37;
  --before: #647182; --after: #5a9cf0; --spread: #e6ebf1;`;

const ground = `
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: break-word;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header, main, footer { max-width: 1080px; margin: 0 auto; padding: 0 1.5rem; }
h1, h2, h3, p, dl, dd, ul, figure { margin: 0; padding: 0; }
ul { list-style: none; }
code, pre { font: 0.875em/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
code { overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
small, .small { font-size: 0.8667rem; }
small { display: block; font-weight: 400; color: var(--muted); }
.muted { color: var(--muted); font-weight: 400; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.nothing { color: var(--muted); padding: 0.5rem 0; }
pre { margin: 0.5rem 0 0; padding: 0.875rem 1rem; overflow-x: auto; background: var(--sunken); border: 1px solid var(--line);
  border-radius: 8px; tab-size: 4; }
pre code { font-size: 0.8125rem; overflow-wrap: normal; }
.comment { color: var(--muted); }
.tag { display: inline-block; padding: 0 0.5em; border: 1px solid var(--line); border-radius: 4px; color: var(--muted);
  font-size: 0.8rem; text-decoration: none; margin-left: 0.5em; }
.tags { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; }
.tags .tag { margin-left: 0; }
`;

const top = `
header { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; padding-top: 1.75rem; padding-bottom: 1.25rem; }
header .brand { font-weight: 600; color: var(--muted); }
header .brand::after { content: "/"; margin-left: 0.75rem; color: var(--strong-line); }
header .service { font-weight: 600; margin-right: auto; }
.verdict { display: flex; gap: 1.5rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-left: 6px solid var(--tone); border-radius: 12px; }
.verdict.pass { --tone: var(--pass); --tint: var(--pass-ground); }
.verdict.fail { --tone: var(--fail); --tint: var(--fail-ground); }
.verdict.unproven { --tone: var(--unproven); --tint: var(--unproven-ground); border-left-style: dashed; }
.verdict .mark { flex: none; width: 4rem; height: 4rem; border-radius: 50%; display: grid; place-items: center;
  font-size: 2rem; font-weight: 700; color: var(--tone); background: var(--tint); border: 2px solid var(--tone); }
.verdict .open { margin: 0.6rem 0 0; color: var(--muted); }
.to-mend { margin-top: 0.75rem; } .to-mend .fail { color: var(--fail); } .to-mend .unproven { color: var(--unproven); }
.verdict.unproven .mark { border-style: dashed; }
.verdict .said { min-width: 0; flex: 1; }
.verdict .word { color: var(--tone); font-weight: 700; text-transform: uppercase; letter-spacing: 0.06em; font-size: 0.8667rem; }
.verdict h1 { font-size: 1.6rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; text-wrap: balance; }
.verdict h1.long { font-size: 1.1rem; line-height: 1.45; font-weight: 600; text-wrap: pretty; }
.verdict h1 a { color: inherit; text-decoration: underline dotted 1px; text-underline-offset: 0.2em; }
.verdict h1 code, .card h3 code { font-size: 0.92em; font-weight: 600; }
.tallies { margin-top: 1.25rem; display: grid; gap: 0.4rem; }
.tallies > div { display: grid; grid-template-columns: 4rem 1fr; align-items: baseline; }
.tallies dt { color: var(--muted); }
.tallies dd { display: flex; flex-wrap: wrap; gap: 0.15rem 0.75rem; align-items: center; }
.cells { display: inline-flex; flex-wrap: wrap; gap: 3px; }
.cells i { width: 12px; height: 12px; border-radius: 3px; background: var(--none-ground); border: 2px solid var(--strong-line); }
.cells i.pass { background: var(--pass); border-color: var(--pass); }
.cells i.fail { border-color: var(--fail);
  background: linear-gradient(45deg, transparent 42%, #fff 42% 58%, transparent 58%), linear-gradient(-45deg, var(--fail) 42%, #fff 42% 58%, var(--fail) 58%); }
.cells i.accepted { background: var(--none-ground); border-color: var(--unproven); }
.cells i.unproven { background: var(--unproven-ground); border-color: var(--unproven); }
.notes { margin-top: 1rem; padding: 1rem 1.25rem; background: var(--unproven-ground); border: 1px dashed var(--unproven); border-radius: 12px; }
.notes strong { color: var(--unproven); }
.notes li { padding-left: 1.1em; text-indent: -1.1em; }
.notes li::before { content: "–"; display: inline-block; width: 1.1em; text-indent: 0; }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1rem; margin-top: 1rem; @media (max-width: 60rem) { grid-template-columns: 1fr 1fr; } }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem 1.5rem; }
.tile .name, .card .name { color: var(--muted); font-size: 0.8667rem; }
.tile .value { font-size: 1.9rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.change { font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figure { white-space: nowrap; }
.change.better { color: var(--pass); }
.change.worse { color: var(--fail); }
.change.neither { color: var(--muted); font-weight: 400; }
nav { position: sticky; top: 0; z-index: 1; display: flex; gap: 0.25rem 1.35rem; overflow-x: auto; margin: 1.5rem -1.5rem 0;
  padding: 0.85rem 1.5rem; background: var(--page); border-bottom: 1px solid var(--line); scrollbar-width: none; }
nav a { color: var(--muted); text-decoration: none; white-space: nowrap; font-size: 0.9rem; }
nav a:hover { color: var(--text); }
`;

const content = `
section { margin-top: 3.25rem; }
h2 { font-size: 1.3rem; letter-spacing: -0.01em; line-height: 1.3; }
h2 a { color: inherit; text-decoration: none; }
h3 { font-size: 1rem; margin: 1.75rem 0 0.5rem; }
.sides h3 { font-size: 0.9rem; margin: 0 0 0.4rem; display: flex; gap: 0.6rem; align-items: center; }
.lead { color: var(--muted); max-width: 46rem; margin: 0.25rem 0 1.25rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.7rem 1rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
tr:first-child > * { border-top: 0; }
tbody tr:first-child > * { border-top: 1px solid var(--line); }
table > tbody:first-child tr:first-child > * { border-top: 0; }
thead th { color: var(--muted); font-weight: 500; font-size: 0.8667rem; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 11rem; }
th.wrap { min-width: 16rem; font-weight: 400; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.bars { width: 17rem; min-width: 10rem; vertical-align: middle; }
td.bars.short { width: 8rem; min-width: 6rem; }
td.bars svg { display: block; width: 100%; height: 26px; }
td.bars.short svg { height: 10px; }
.bar.before rect { fill: var(--before); }
.bar.after rect { fill: var(--after); }
.spread { stroke: var(--spread); stroke-width: 1.2; fill: none; opacity: 0.75; }
.key { display: block; margin-top: 0.4rem; }
.key i { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin-right: 0.15em; }
.key i + i { margin-left: 0.75em; }
.key i.before { background: var(--before); }
.key i.after { background: var(--after); }
.digest { color: var(--muted); }
.pill { display: inline-flex; gap: 0.4em; align-items: baseline; padding: 0.05rem 0.6rem; border-radius: 99px; font-size: 0.8333rem;
  font-weight: 600; white-space: nowrap; border: 1.5px solid transparent; color: var(--none); background: var(--none-ground); }
.pill.pass { color: var(--pass); background: var(--pass-ground); }
.pill.fail { color: var(--fail); background: var(--fail-ground); border-color: var(--fail); }
.pill.unproven { color: var(--unproven); background: var(--unproven-ground); border: 1.5px dashed var(--unproven); }
.pill.accepted { color: var(--unproven); background: var(--none-ground); border: 1.5px solid var(--unproven); }
.pill.none, .pill.not-applicable { font-weight: 500; }
th .pill { white-space: normal; border-radius: 8px; margin-top: 0.35rem; }
`;

const lists = `
.checks { background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.checks .row { display: grid; grid-template-columns: 1fr 9.5rem 9.5rem; gap: 1rem; padding: 0.8rem 1.25rem; align-items: start; }
.checks .heading { color: var(--muted); font-size: 0.8667rem; padding-top: 0.6rem; padding-bottom: 0.6rem; padding-left: 2.5rem; }
.check { border-top: 1px solid var(--line); }
.check.fail { box-shadow: inset 4px 0 var(--fail); }
.check.unproven { box-shadow: inset 4px 0 var(--unproven); }
summary { cursor: pointer; }
.check summary { list-style: none; }
.check summary::-webkit-details-marker { display: none; }
.check summary:hover, details.file > summary:hover { background: var(--sunken); }
.check .title { position: relative; padding-left: 1.25rem; min-width: 0; }
.check .title::before { content: "▸"; position: absolute; left: 0; color: var(--muted); }
.check[open] .title::before { content: "▾"; }
.check .title b { font-weight: 600; }
.check:not([open]) .title small { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.check .inside { padding: 0.25rem 1.25rem 1.25rem 2.5rem; }
.check .why { max-width: 46rem; margin-bottom: 0.75rem; color: var(--muted); }
.check .sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem 2rem; margin-bottom: 0.75rem; }
.check .sides > div { min-width: 0; }
figcaption { margin-top: 0.6rem; font-size: 0.8667rem; color: var(--muted); }
.cards { columns: 20rem; column-gap: 1rem; }
.card { display: flex; flex-direction: column; gap: 0.5rem; padding: 1.25rem 1.5rem; margin-bottom: 1rem; break-inside: avoid; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.card h3 { margin: -0.35rem 0 0; }
.card .tags:empty { display: none; }
.rejected li { padding-left: 1.3rem; position: relative; color: var(--muted); font-size: 0.9rem; }
.rejected li::before { content: "✕"; position: absolute; left: 0; }
.rejected b { font-weight: 600; }
.plain li { padding: 0.35rem 0; }
.findings { background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.findings:empty { display: none; }
.findings li { display: grid; grid-template-columns: 1.6rem 1fr; gap: 0.9rem; padding: 0.9rem 1.25rem; border-top: 1px solid var(--line); }
.findings li:first-child { border-top: 0; }
.findings .sign { width: 1.5rem; height: 1.5rem; display: grid; place-items: center; border-radius: 50%; font-weight: 700; font-size: 0.8rem; color: var(--none); background: var(--none-ground); }
.findings .error .sign { color: var(--fail); background: var(--fail-ground); }
.findings .warning .sign { color: var(--unproven); background: var(--unproven-ground); border-radius: 5px; }
.findings .tags { margin-top: 0.25rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.facts > div { background: var(--card); padding: 0.8rem 1.25rem; }
.facts dt { color: var(--muted); font-size: 0.8667rem; }
.facts dd { font-weight: 600; }
.timeline { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem 0.5rem; }
.timeline .step { display: grid; grid-template-columns: 12rem 1fr 9rem; gap: 1rem; align-items: center; min-height: 1.9rem; }
.timeline svg { width: 100%; height: 16px; }
.timeline line { stroke: var(--line); vector-effect: non-scaling-stroke; }
.timeline .ran { fill: var(--after); }
.timeline .reused { fill: url(#hatch); stroke: var(--strong-line); vector-effect: non-scaling-stroke; }
.timeline .time { text-align: right; font-variant-numeric: tabular-nums; }
.timeline .time small { display: inline; margin-left: 0.4em; }
#hatch .ground { fill: var(--sunken); }
#hatch .stripe { fill: var(--before); }
.defs { position: absolute; }
.ticks { position: relative; height: 1.5rem; border-top: 1px solid var(--strong-line); }
.ticks i { position: absolute; transform: translateX(-50%); font-style: normal; font-size: 0.8rem; color: var(--muted); white-space: nowrap; padding-top: 0.2rem; }
.ticks i:first-child { transform: none; }
section > details { margin-top: 0.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
section > details > summary { padding: 0.7rem 1.25rem; }
section > details > .scroll { border-width: 1px 0 0; border-radius: 0; }
section > details > pre { margin: 0; border-width: 1px 0 0; border-radius: 0; max-height: 34rem; }
.failure { margin: 0.5rem 0 1rem; }
footer { padding: 3rem 1.5rem 4rem; }
`;

const narrow = `
@media (max-width: 44rem) {
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  nav { margin-left: -1rem; margin-right: -1rem; padding-left: 1rem; padding-right: 1rem; }
  .verdict { padding: 1.25rem; gap: 1rem; }
  .verdict .mark { width: 2.5rem; height: 2.5rem; font-size: 1.25rem; }
  .verdict h1 { font-size: 1.25rem; }
  .tiles { grid-template-columns: 1fr 1fr; gap: 0.75rem; }
  .tile { padding: 0.9rem 1rem; }
  .tile .value { font-size: 1.4rem; }
  .tallies > div { grid-template-columns: 1fr; }
  .verdict { flex-wrap: wrap; align-items: center; }
  .verdict .said { display: contents; }
  .verdict .word { flex: 1; }
  .verdict .said > :not(.word) { flex-basis: 100%; margin-top: 0; }
  th, td { padding: 0.6rem 0.75rem; }
  tbody th { min-width: 8.5rem; }
  .figures thead { display: none; }
  .figures tr { display: grid; grid-template-columns: repeat(3, 1fr); padding: 0.7rem 1rem; gap: 0.25rem 0.75rem; border-top: 1px solid var(--line); }
  .figures tbody tr:first-child { border-top: 0; }
  .figures tbody th, .figures tbody td { padding: 0; border: 0 !important; text-align: left; white-space: normal; }
  .figures th, .figures td.bars { grid-column: 1 / -1; width: 100%; }
  .figures td[data-label]::before { content: attr(data-label); display: block; color: var(--muted); font-size: 0.8rem; font-weight: 400; }
  .checks .heading { display: none; }
  .checks .row { grid-template-columns: 1fr 1fr; gap: 0.4rem 0.75rem; padding: 0.8rem 1rem; }
  .checks .title { grid-column: 1 / -1; }
  .check .cell { padding-left: 1.25rem; }
  .check .cell::before { content: attr(data-label); display: block; color: var(--muted); font-size: 0.8rem; }
  .check .inside { padding: 0.25rem 1rem 1rem 2.25rem; }
  .check .sides { grid-template-columns: 1fr; }
  .timeline .step { grid-template-columns: 7.5rem 1fr 4.75rem; gap: 0.6rem; font-size: 0.8667rem; }
  .timeline .time small { display: block; margin: 0; }
}
`;

const print = `
@media print {
  body { background: none; font-size: 10pt; }
  header, main, footer { max-width: none; padding: 0; }
  nav { display: none; }
  section > details > pre { max-height: none; }
  pre, pre code { white-space: pre-wrap; overflow-wrap: anywhere; }
  .verdict, .tile, .card, .check, .findings li, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .bar rect, .cells i, .pill, .timeline rect, .key i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`;

export const style: string = [
  `:root {${light}\n}`,
  `@media screen and (prefers-color-scheme: dark) { :root {${dark}\n} }`,
  ground,
  top,
  content,
  lists,
  contentsStyle,
  narrow,
  print,
].join("\n");
