"""The style of the page: light and dark, on a phone and on paper; no file beside it."""

STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fff; --raised: #f6f7f9; --line: #d5dae0; --text: #1b1f24; --faint: #57606a;
  --link: #0550ae; --good: #116329; --bad: #a40e26; --care: #7a4b00;
  --good-ground: #e6f5ea; --bad-ground: #fdebec; --care-ground: #fdf4dd;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318; --raised: #181d24; --line: #39424e; --text: #e4e8ed; --faint: #9aa5b1;
    --link: #7cb7ff; --good: #63d388; --bad: #ff8a90; --care: #efb94f;
    --good-ground: #10281a; --bad-ground: #331519; --care-ground: #2d2410;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.25rem; max-width: 76rem; background: var(--ground);
  color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
  overflow-wrap: anywhere;
}
h1 { font-size: 1.45rem; line-height: 1.25; margin: 0 0 .35rem; }
h2 {
  font-size: 1.2rem; margin: 2.2rem 0 .6rem; padding-top: .8rem;
  border-top: 1px solid var(--line);
}
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
p, ul { margin: .4rem 0; }
ul { padding-left: 1.3rem; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, .scroll:focus-visible {
  outline: 2px solid var(--link); outline-offset: 2px;
}
code, pre, .code, svg text {
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
code, pre, .code { font-size: .86rem; }
.faint { color: var(--faint); }
.verdict {
  border: 1px solid; border-left-width: 8px; border-radius: 6px; padding: .9rem 1.1rem;
}
.verdict.yes { border-color: var(--good); background: var(--good-ground); }
.verdict.no { border-color: var(--bad); background: var(--bad-ground); }
.verdict.yes h1 { color: var(--good); }
.verdict.no h1 { color: var(--bad); }
.tag {
  display: inline-block; border: 1px solid; border-radius: 4px; padding: 0 .4em;
  font-size: .78rem; font-weight: 600; white-space: nowrap;
}
.tag.no, .tag.dropped { color: var(--bad); }
.tag.caution, .tag.changed { color: var(--care); }
.tag.note { color: var(--faint); }
.tag.yes, .tag.new { color: var(--good); }
.remarks { list-style: none; padding: 0; }
.remarks li { margin: .35rem 0; padding-left: .1rem; }
.scroll {
  overflow-x: auto; border: 1px solid var(--line); border-radius: 6px; margin: .6rem 0;
}
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td {
  text-align: left; vertical-align: top; padding: .35rem .7rem;
  border-bottom: 1px solid var(--line);
}
tr:last-child > td { border-bottom: 0; }
th { background: var(--raised); font-weight: 600; white-space: nowrap; }
td { overflow-wrap: normal; }
td.number, th.number {
  text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap;
}
td.fixed { white-space: nowrap; }
td.words { min-width: 16rem; }
table.sql td { border: 0; padding: 0 .7rem; }
table.sql { width: auto; min-width: 100%; }
table.sql td.number {
  color: var(--faint); user-select: none; border-right: 1px solid var(--line);
}
table.sql td.line { white-space: pre; }
table.sql tr.hit td { background: var(--care-ground); }
table.sql tr.hit.no td { background: var(--bad-ground); }
table.sql tr.said td {
  padding: .3rem .7rem .45rem; white-space: normal; font: .86rem/1.45 system-ui, sans-serif;
}
table.sql tr.said td > div { max-width: 60rem; }
tr:target td { outline: 2px solid var(--link); outline-offset: -2px; }
pre { margin: 0; padding: .7rem .9rem; }
.diff div { white-space: pre; padding: 0 .8rem; min-width: max-content; }
.diff { padding: .5rem 0; }
.diff .plus { background: var(--good-ground); color: var(--good); }
.diff .minus { background: var(--bad-ground); color: var(--bad); }
.diff .gap { color: var(--faint); }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .15rem 0; }
nav ul { columns: 20rem; }
svg { display: block; max-width: none; }
svg text { font-size: 12px; fill: var(--text); white-space: pre; }
svg .name { font-weight: 700; }
svg .end { text-anchor: end; fill: var(--faint); }
svg .box { fill: var(--raised); stroke: var(--line); }
svg .table.new .box { stroke: var(--good); stroke-width: 2; }
svg .table.gone .box { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 5 3; }
svg .table.changed .box { stroke: var(--care); stroke-width: 2; }
svg .row.new { fill: var(--good); }
svg .row.gone { fill: var(--bad); }
svg .row.changed { fill: var(--care); }
svg .key { fill: none; stroke: var(--faint); stroke-width: 1.4; }
svg .key.new { stroke: var(--good); stroke-width: 2; }
svg .key.gone { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 5 3; }
svg .key.changed { stroke: var(--care); stroke-width: 2; }
@media (max-width: 40rem) {
  body { padding: .8rem; }
  .verdict { padding: .7rem .8rem; }
  th, td { padding: .3rem .5rem; }
}
@media print {
  .scroll { overflow: visible; }
  table.sql td.line, .diff div { white-space: pre-wrap; min-width: 0; }
}
"""
