/**
 * A file of entries, a JSON value a line, replaced as a whole and readable by its owner only: credentials, ACLs.
 *
 *     {"version":0,"kind":"acls","entries":2}        and what else the kind has
 *     {...}
 *     {...}
 *
 * Nothing in it is guessed: a rule that is missing because a line could not be read would open what was closed. So a line that is not what it must be, one
 * too few or one too many is ERR_MILLRACE_CORRUPT, with the path, the number of the line, and its first byte as `position`.
 */
import { MillraceError } from '../errors.ts';
import { readTextFile, writePrivateFile } from '../file/atomic-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import { CHECKPOINT_BYTES_MAX } from '../limits.ts';

const VERSION = 0;

export interface EntryFile<Entry> {
  readonly path: string;
  readonly kind: string;
  /** The entry that a line's value is. Throws an error that says what is wrong with it, without its secrets. */
  readonly decode: (value: object) => Entry;
  /** Under which no two entries may be. */
  readonly keyOf: (entry: Entry) => string;
  /** How to go on with a damaged file: the end of the message. */
  readonly remedy: string;
}

export interface EntryFileContent<Entry> {
  /** The first line, with what the kind adds to it; not yet checked. */
  readonly head: Readonly<Record<string, unknown>>;
  readonly entries: readonly Entry[];
}

/** Null where there is no file. */
export function readEntryFile<Entry>(system: FileSystem, file: EntryFile<Entry>): EntryFileContent<Entry> | null {
  const text = readTextFile(system, file.path);
  if (text === null) return null;
  const lines = text.split('\n');
  const corrupt = (line: number, found: string, cause?: unknown): MillraceError =>
    new MillraceError('ERR_MILLRACE_CORRUPT', `${file.path} line ${line + 1} ${found}; ${file.remedy}`, {
      path: file.path,
      position: Buffer.byteLength(lines.slice(0, line).join('\n'), 'utf8') + (line > 0 ? 1 : 0),
      cause,
    });
  const parse = (line: number): Readonly<Record<string, unknown>> => {
    let value: unknown;
    try {
      value = JSON.parse(lines[line]);
    } catch {
      // What JSON.parse throws quotes the line, and a line may have keys in it.
      throw corrupt(line, 'is no JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw corrupt(line, 'is no JSON object');
    return value as Record<string, unknown>;
  };
  const head = parse(0);
  if (head.kind !== file.kind) throw corrupt(0, `is not the head of a file of ${file.kind}`);
  if (head.version !== VERSION) throw corrupt(0, `has version ${String(head.version)}, expected ${VERSION}`);
  // The last line ends with a line break.
  const count = lines.length - 2;
  if (lines[lines.length - 1] !== '') throw corrupt(lines.length - 1, 'is cut off');
  if (head.entries !== count) throw corrupt(0, `announces ${String(head.entries)} entries, and there are ${count}`);
  const entries: Entry[] = [];
  const keys = new Set<string>();
  for (let line = 1; line <= count; line++) {
    const value = parse(line);
    let entry: Entry;
    try {
      entry = file.decode(value);
    } catch (error) {
      throw corrupt(line, `is no entry: ${error instanceof Error ? error.message : String(error)}`, error);
    }
    if (keys.size === keys.add(file.keyOf(entry)).size) throw corrupt(line, 'is an entry that was there before');
    entries.push(entry);
  }
  return { head, entries };
}

/** Replaces the file, durably. ERR_MILLRACE_TOO_LARGE, and the old one stays, when it would be too large to be read again. */
export function writeEntryFile(
  system: FileSystem,
  { path, kind }: Pick<EntryFile<unknown>, 'path' | 'kind'>,
  head: object,
  entries: readonly object[],
): void {
  const lines = [{ version: VERSION, kind, entries: entries.length, ...head }, ...entries];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const size = Buffer.byteLength(text, 'utf8');
  if (size > CHECKPOINT_BYTES_MAX) {
    throw new MillraceError(
      'ERR_MILLRACE_TOO_LARGE',
      `${path} would have ${size} bytes, expected at most ${CHECKPOINT_BYTES_MAX}`,
      { path },
    );
  }
  writePrivateFile(system, path, text);
}
