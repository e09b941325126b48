/** How the web page looks, by day and by night. */

export const PAGE_STYLE = `:root {
  color-scheme: light dark;
  --paper: light-dark(#f7f5f0, #14171a);
  --card: light-dark(#ffffff, #1c2024);
  --ink: light-dark(#1c2226, #e7e5e0);
  --faint: light-dark(#626a71, #98a0a8);
  --line: light-dark(#e3dfd6, #2c3137);
  --water: light-dark(#14776a, #4fc3b0);
  --wash: light-dark(#d5ebe7, #1d3a37);
  --good: light-dark(#22703c, #6ccb8a);
  --bad: light-dark(#b3261e, #f28b82);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0;
  padding: 1.5rem 1.25rem 4rem;
  background: var(--paper);
  color: var(--ink);
  font: 14px/1.5 system-ui, sans-serif;
}
main { max-width: 76rem; margin: 0 auto; }
header { display: flex; align-items: center; gap: 0.75rem; }
h1 { margin: 0; font-size: 1.35rem; letter-spacing: -0.01em; }
h2 { margin: 2rem 0 0.6rem; font-size: 1.05rem; }
small { font-size: 0.8rem; font-weight: 400; color: var(--faint); }
nav { margin-left: auto; display: flex; gap: 1rem; }
a { color: var(--water); }
#status {
  padding: 0.05rem 0.65rem;
  border: 1px solid currentcolor;
  border-radius: 1rem;
  font-size: 0.8rem;
  color: var(--faint);
}
#status[data-status='serving'] { color: var(--good); }
#status[data-status='offline'], #status[data-status='unreachable'] { color: var(--bad); }
#why { padding: 0.6rem 0.9rem; border: 1px solid var(--bad); border-radius: 0.6rem; overflow-wrap: anywhere; }
#facts { display: flex; flex-wrap: wrap; gap: 0.2rem 1.6rem; margin: 0.9rem 0 1.2rem; }
#facts div { display: flex; gap: 0.4rem; min-width: 0; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.8rem; }
.card {
  display: grid;
  grid-template-columns: 1fr auto;
  align-items: baseline;
  column-gap: 0.6rem;
  margin: 0;
  padding: 0.7rem 0.9rem 0.6rem;
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  background: var(--card);
}
figcaption { color: var(--faint); grid-column: 1 / -1; }
output { font-size: 1.35rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.most { text-align: right; }
.plot { grid-column: 1 / -1; grid-row: 3; height: 3rem; margin-top: 0.3rem; border-bottom: 1px solid var(--line); }
svg { display: block; width: 100%; height: 100%; }
.area { fill: var(--wash); }
.curve { fill: none; stroke: var(--water); stroke-width: 1.5; vector-effect: non-scaling-stroke; stroke-linejoin: round; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 0.75rem; background: var(--card); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.35rem 0.9rem; text-align: left; white-space: nowrap; }
th { font-size: 0.8rem; font-weight: 500; color: var(--faint); }
tbody tr { border-top: 1px solid var(--line); }
td { font-variant-numeric: tabular-nums; }
.number { text-align: right; }
.name { max-width: 24rem; overflow: hidden; text-overflow: ellipsis; }
.faint { color: var(--faint); }
.bad { color: var(--bad); }
.spark { width: 11rem; height: 1.6rem; }
.none td { padding: 1rem 0.9rem; color: var(--faint); }
button {
  max-width: 100%;
  padding: 0;
  border: 0;
  background: none;
  color: inherit;
  font: inherit;
  text-align: left;
  overflow: hidden;
  text-overflow: ellipsis;
  cursor: pointer;
}
button::before { content: '▸'; display: inline-block; width: 1.1em; color: var(--faint); }
button[aria-expanded='true']::before { content: '▾'; }
button:hover { color: var(--water); }
:focus-visible { outline: 2px solid var(--water); outline-offset: 2px; border-radius: 0.2rem; }
.detail > td { padding: 0 0 0.4rem 1.6rem; white-space: normal; }
.detail table { width: auto; }
.detail tr { border: 0; }
.detail th, .detail td { padding: 0.1rem 0.9rem; }
`;
