/** A report as people read it: the head, and a table a subject. */

export function printHead(machine, options) {
  const rows = {
    processor: `${machine.processor}, ${machine.memory}`,
    system: machine.system,
    'file system': machine.fileSystem,
    load: `${machine.load} at the start${overloaded(machine)}`,
    Node: machine.node,
    commit: machine.commit,
    checksum: `CRC-32C by ${machine.checksum}`,
    rounds: options.smoke ? 'smoke: tiny sizes, the figures say nothing' : `${options.rounds} after one to warm up`,
  };
  for (const [name, text] of Object.entries(rows)) console.log(`${name.padEnd(12)} ${text}`);
  console.log('figures are medians with quartiles; a ratio is of two figures of the same round\n');
}

/** Others at work make every figure doubtful. */
function overloaded(machine) {
  return Number(machine.load.split(' ', 1)[0]) > 0.5 ? ' (something else is running: do not trust the figures)' : '';
}

/**
 * `judged` is false for figures that say nothing.
 *
 * @typedef {ReturnType<typeof import('./findings.mjs').finding>} Finding
 * @param {{ name: string, sizes: string, skipped?: string, findings?: Finding[], notes?: string[] }} report
 * @param {boolean} judged
 */
export function printSubject({ name, sizes, skipped, findings, notes = [] }, judged) {
  console.log(`${name}: ${sizes}`);
  if (skipped !== undefined) return console.log(`  SKIPPED: ${skipped}\n`);
  const rows = findings.map((found) => [
    found.what,
    figure(found.value, found.unit),
    `${plain(found.spread[0], found.unit)} to ${plain(found.spread[1], found.unit)}`,
    `${ratio(found.ratio)} (${ratio(found.ratioSpread[0])} to ${ratio(found.ratioSpread[1])})`,
    `${found.baseline.what}: ${figure(found.baseline.value, found.baseline.unit)}`,
    markText(found, judged),
  ]);
  printTable([['', 'median', 'quartiles', 'ratio to', 'the baseline', 'mark'], ...rows]);
  for (const note of notes) console.log(`  ${note}`);
  console.log('');
}

/** @param {{ findings?: Finding[], skipped?: string }[]} reports */
export function printSummary(reports) {
  const marked = reports.flatMap((report) => report.findings ?? []).filter((found) => found.mark !== null);
  const missed = marked.filter((found) => !found.reached);
  if (marked.length > 0) console.log(`${marked.length - missed.length} of ${marked.length} marks reached`);
}

function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 1 || column === 2 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
    );
    console.log(`  ${cells.join('  ').trimEnd()}`);
  }
}

function markText({ mark, reached, unit }, judged) {
  if (mark === null) return '';
  const [word, bound] = mark.atLeast === undefined ? ['at most', mark.atMost] : ['at least', mark.atLeast];
  const text = `${word} ${mark.of === 'ratio' ? ratio(bound) : figure(bound, unit)}`;
  return judged ? `${reached ? 'reached' : 'MISSED'}: ${text}` : text;
}

/** A ratio as it is shown. */
export function ratio(value) {
  return value >= 100 ? `${Math.round(value)}` : value.toPrecision(3);
}

/** Units that are shown in thousands and millions; all others as they are. */
const scaled = /^(?:records|bytes|acks|flushes|appends)\/s$/;
const prefixes = ['', 'k', 'M', 'G', 'T'];

/** A figure as it is shown, with its unit. */
export function figure(value, unit) {
  if (!scaled.test(unit)) return `${plain(value, unit)} ${unit}`;
  const [number, prefix] = scale(value);
  const [noun, per] = unit.split('/');
  return noun === 'bytes' ? `${number} ${prefix}B/${per}` : `${number}${prefix === '' ? '' : ` ${prefix}`} ${unit}`;
}

function plain(value, unit) {
  if (!scaled.test(unit)) return value >= 1000 ? `${Math.round(value)}` : value.toPrecision(3);
  const [number, prefix] = scale(value);
  return `${number}${prefix}`;
}

function scale(value) {
  let at = 0;
  while (value >= 1000 && at < prefixes.length - 1) {
    value /= 1000;
    at++;
  }
  return [value >= 100 ? value.toFixed(0) : value.toPrecision(3), prefixes[at]];
}
