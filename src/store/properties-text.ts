/**
 * Text in the form of `java.util.Properties`, as Kafka reads and writes it: `meta.properties`, and the settings of a broker.
 *
 *     # comment, also with !
 *     num.partitions=4
 *     log.dirs : /var/lib/one, \
 *                /var/lib/two
 *     sasl.banner  tab\tand caf\u00e9
 *
 * A name ends at the first `=`, `:` or space that no backslash stands before; a line that ends with a backslash goes on in the next. Of a name that
 * comes twice the last one counts. Unlike Java's, values lose the spaces behind them, which nobody sees.
 */

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

/** Names with their values, in the order of the text. */
export function parseProperties(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of logicalLines(text)) {
    const [, name, value] = /^((?:\\.|[^\\\s=:])*)\s*[=:]?\s*(.*)$/s.exec(line)!;
    if (name !== '') values.set(unescape(name), unescape(value));
  }
  return values;
}

/** Lines without comments and blank ones, each with those that it goes on in, and without the spaces around it. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let begun: string | null = null;
  for (const natural of text.split(/\r\n|\n|\r/)) {
    const line = natural.trimStart();
    if (begun === null && /^(?:[#!]|$)/.test(line)) continue;
    const isContinued = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    begun = (begun ?? '') + (isContinued ? line.slice(0, -1) : line);
    if (isContinued) continue;
    lines.push(withoutSpacesBehind(begun));
    begun = null;
  }
  if (begun !== null) lines.push(withoutSpacesBehind(begun));
  return lines;
}

/** A space behind a backslash is meant. */
function withoutSpacesBehind(line: string): string {
  return line.replace(/(\\\s)?\s*$/, '$1');
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code?: string, letter?: string) =>
    code === undefined ? (ESCAPES[letter!] ?? letter!) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
