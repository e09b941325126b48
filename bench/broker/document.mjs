/**
 * The run as a piece of Markdown, as README has it: what it was measured by and on, and a table a part. Findings with the same `row` share one line, and their figures
 * are told with what they have in common said once: `639 / 113 k records/s`.
 */
import { figure, ratio } from '../harness/report.mjs';

/** @returns {string[]} lines */
export function documentOf({ machine, kafka, smoke, rounds, parts }) {
  const measured = parts.filter((part) => part.findings !== undefined);
  const command = ['npm run bench:broker --', ...parts.map((part) => part.name)].join(' ');
  const beside = kafka === undefined ? '' : `, Apache Kafka ${kafka} with its default JVM options`;
  return [
    `Measured by \`${command}\` at commit \`${machine.commit}\`, on ${machine.processor}, ${machine.memory}, ${machine.fileSystem.split(' ')[0]}, ${machine.system}, Node ${machine.node}${beside}; medians of ${rounds} rounds in turn, ratios of the same round${smoke ? '; smoke: the figures say nothing' : ''}.`,
    '',
    ...measured.flatMap((part) => [`${part.name}: ${part.sizes}.`, '', ...tableOf(part), '']),
  ];
}

function tableOf({ title, ours = 'millrace', findings }) {
  const rows = new Map();
  for (const found of findings) rows.set(found.row, [...(rows.get(found.row) ?? []), found]);
  return [
    line([title, ours, findings[0].baseline.what, 'ratio', 'mark']),
    line(['---', '---:', '---:', '---:', '---']),
    ...Array.from(rows, ([row, found]) =>
      line([
        row,
        together(found.map(({ value, unit }) => figure(value, unit))),
        together(found.map(({ baseline }) => figure(baseline.value, baseline.unit))),
        found.map((each) => ratio(each.ratio)).join(' / '),
        markOf(found),
      ]),
    ),
  ];
}

function line(cells) {
  return `| ${cells.join(' | ')} |`;
}

/** Texts one after another, their last words once if all have them. */
function together(texts) {
  const words = texts.map((text) => text.split(' '));
  const shared = [];
  while (words.every((each) => each.length > 1 && each.at(-1) === words[0].at(-1))) {
    shared.unshift(words[0].at(-1));
    for (const each of words) each.pop();
  }
  return [words.map((each) => each.join(' ')).join(' / '), ...shared].join(' ');
}

/** The mark of a row, and whether each of its figures reached it. */
function markOf(findings) {
  const [{ mark, unit }] = findings;
  if (mark === null) return '';
  const bound = mark.atLeast ?? mark.atMost;
  const words = findings.map((found) => (found.reached ? 'reached' : 'missed'));
  const judged = new Set(words).size === 1 ? words.slice(0, 1) : words;
  return `${mark.of === 'ratio' ? bound : figure(bound, unit)}: ${judged.join(' / ')}`;
}
