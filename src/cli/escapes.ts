/** Escapes in what a user types: `\n`, `\t`, `\r`, `\0`, `\\` and `\xHH`, as kcat has them. */

const LETTERS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0, '\\': 92 };

/** The bytes that `text` stands for, its other characters as UTF-8; an escape that is none stays as it is. */
export function unescape(text: string): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(/\\(?:x([0-9a-fA-F]{2})|([ntr0\\]))/g)) {
    parts.push(Buffer.from(text.slice(from, match.index)));
    parts.push(Buffer.of(match[1] === undefined ? LETTERS[match[2]] : Number.parseInt(match[1], 16)));
    from = match.index + match[0].length;
  }
  parts.push(Buffer.from(text.slice(from)));
  return Buffer.concat(parts);
}
