/**
 * How results are written: a line for people or a JSON object for machines, and columns for people.
 *
 * Results go to standard output; what is said about the work (warnings, reports, progress) goes to standard error, so that a pipe gets
 * results only.
 */
import type { CliContext } from './context.ts';
import { jsonText } from './json-text.ts';

/** Text that somebody else chose, for a terminal: what would move the cursor, change colours or begin a line is written as an escape. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Writes one result: `row` as a line of JSON, or `human`, which may have several lines. */
export function printRow(context: CliContext, json: boolean, row: object, human: string): void {
  context.stdout.write(`${json ? jsonText(row) : human}\n`);
}

/** Says something about the work, as one sentence, or as lines. */
export function note(context: CliContext, sentence: string): void {
  const lines = sentence.split('\n').map(printable).join('\n');
  context.stderr.write(`millrace: ${lines}\n`);
}

/** A number that is not there. */
export const MISSING = '-';

/** A table's cell. A column of numbers, some of which may be missing as '' or MISSING, stands right; any other stands left. */
export type Cell = string | number;

/** The lines of a table under `head`, each column as wide as its widest cell. */
export function columns(head: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const texts = rows.map((row) => row.map((cell) => printable(String(cell))));
  const widths = head.map((name, i) => texts.reduce((most, row) => Math.max(most, row[i].length), name.length));
  const isNumber = head.map(
    (_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number' || row[i] === '' || row[i] === MISSING),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [line(head), ...texts.map(line)];
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A size as people read it: three digits and a unit. */
export function showBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(value >= 1000 ? 4 : 3)} ${UNITS[unit]}`;
}

/** A count with commas between the thousands. */
export function showCount(count: number): string {
  return count.toLocaleString('en-US');
}
