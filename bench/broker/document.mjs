/**
 * The run as a piece of Markdown, as README has it: what it was measured by and on, and a table a part. Findings with the same `row` share one line, and their figures
 * are told with what they have in common said once: `639 / 113 k records/s`.
 */
import { figure, ratio } from '../harness/report.mjs';

/**
 * `kafka` is its version; `command` is what has measured. Nothing of a run in which nothing was.
 *
 * @returns {string[]} lines
 */
export function documentOf({ command, machine, kafka, smoke, rounds, parts }) {
  const measured = parts.filter((part) => part.findings !== undefined);
  if (measured.length === 0) return [];
  const { processor, memory, fileSystem, system, node, commit } = machine;
  const about = [
    `Measured by \`${command}\` at commit ${commit}`,
    `on ${processor}, ${memory}, ${fileSystem.split(' ')[0]}, ${system}, Node ${node}`,
    ...(kafka === undefined ? [] : [`Apache Kafka ${kafka} with its default JVM options`]),
  ].join(', ');
  const how = smoke
    ? 'smoke: the figures say nothing'
    : `medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ratios of the same round`;
  return [
    `${about}; ${how}.`,
    '',
    ...measured.flatMap((part) => [
      `${[part.sizes, ...(part.notes ?? [])].join('; ')}:`,
      '',
      ...tableOf(part, !smoke),
      '',
    ]),
  ];
}

function tableOf({ title, ours = 'millrace', findings }, judged) {
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
        markOf(found, judged),
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

/** The mark of a row, and if it is judged whether each of its figures has reached it. */
function markOf(findings, judged) {
  const [{ mark, unit }] = findings;
  if (mark === null) return '';
  const bound = mark.atLeast ?? mark.atMost;
  const text = mark.of === 'ratio' ? String(bound) : figure(bound, unit);
  const words = findings.map((found) => (found.reached ? 'reached' : 'missed'));
  return judged ? `${text}: ${(new Set(words).size === 1 ? words.slice(0, 1) : words).join(' / ')}` : text;
}
