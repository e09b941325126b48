/**
 * How a record is written: by a template with kcat's letters, or as a line of JSON.
 *
 *     %t topic      %p partition   %o offset      %T timestamp, in milliseconds
 *     %k key        %K its size    %s value       %S its size       %R its size as 4 bytes, big-endian
 *     %h headers, as name=value,...               %% a percent sign
 *
 * What is null is written as nothing, and its size as -1. With escapes as in escapes.ts.
 */
import { invalidArgument } from '../../errors.ts';
import type { RecordCursor } from '../../record/record-cursor.ts';
import type { RecordHeader } from '../../record/record-headers.ts';
import { unescape } from '../escapes.ts';
import type { OutputBuffer } from './output-buffer.ts';

export const FORMAT_DEFAULT = '%s\\n';
const SUFFIX_LENGTH_MAX = 1024;

/** Where the record stands that a cursor shows. */
export interface RecordPlace {
  readonly partition: number;
  /** What the cursor's positions count in: for copies that need no view of the record's own, which takes longer than the copy. */
  readonly bytes: Buffer;
}

/** Writes the record that the cursor shows, whole. */
export type RecordWriter = (out: OutputBuffer, record: RecordCursor, place: RecordPlace) => void;

const letters: Readonly<Record<string, (topic: string) => RecordWriter>> = {
  t: (topic) => (out) => out.text(topic),
  p: () => (out, _record, place) => out.text(String(place.partition)),
  o: () => (out, record) => out.text(String(record.offset)),
  T: () => (out, record) => out.text(String(record.timestamp)),
  k: () => (out, record, place) => out.copy(place.bytes, record.keyPosition, record.keySize),
  K: () => (out, record) => out.text(String(record.keySize)),
  s: () => (out, record, place) => out.copy(place.bytes, record.valuePosition, record.valueSize),
  S: () => (out, record) => out.text(String(record.valueSize)),
  R: () => (out, record) => out.put(int32(record.valueSize)),
  h: () => (out, record) => putHeaders(out, record.headers),
  '%': () => (out) => out.text('%'),
};

/** A writer for `format`; throws ERR_MILLRACE_INVALID_ARGUMENT for a letter that means nothing. */
export function templateWriter(format: string, topic: string): RecordWriter {
  const parts: RecordWriter[] = [];
  let from = 0;
  const literal = (until: number): void => {
    if (until > from) parts.push(literalWriter(unescape(format.slice(from, until))));
  };
  for (const match of format.matchAll(/%([^]?)/g)) {
    literal(match.index);
    const letter = Object.hasOwn(letters, match[1]) ? letters[match[1]] : undefined;
    if (letter === undefined) throw invalidArgument('format', `of ${knownLetters()}`, match[0]);
    parts.push(letter(topic));
    from = match.index + 2;
  }
  literal(format.length);
  if (parts.length === 1) return parts[0];
  if (parts.length === 2) {
    const [first, second] = parts;
    return (out, record, place) => {
      first(out, record, place);
      second(out, record, place);
    };
  }
  return (out, record, place) => {
    for (const part of parts) part(out, record, place);
  };
}

/** Where `format` is `%s` and some bytes, and nothing else: these bytes. Null where it is not. */
export function valueSuffix(format: string): Buffer | null {
  const rest = format.slice(2);
  return format.startsWith('%s') && !rest.includes('%') && rest.length <= SUFFIX_LENGTH_MAX ? unescape(rest) : null;
}

/**
 * A line of JSON for each record. Keys, values and header values are strings where they are UTF-8, `{"base64": "..."}` where they are not, and null
 * where they are null. Headers are pairs, since names repeat.
 */
export function jsonWriter(topic: string): RecordWriter {
  return (out, record, { partition }) => {
    const { offset, timestamp, key, value, headers } = record;
    const row = {
      topic,
      partition,
      offset,
      timestamp,
      key: jsonBytes(key),
      value: jsonBytes(value),
      headers: headers.map((header) => [header.key, jsonBytes(header.value)]),
    };
    out.text(`${JSON.stringify(row)}\n`);
  };
}

function literalWriter(bytes: Buffer): RecordWriter {
  return (out) => out.put(bytes);
}

function putHeaders(out: OutputBuffer, headers: readonly RecordHeader[]): void {
  headers.forEach(({ key, value }, i) => {
    out.text(`${i === 0 ? '' : ','}${key}=`);
    if (value !== null) out.put(value);
  });
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function jsonBytes(bytes: Buffer | null): string | { base64: string } | null {
  if (bytes === null) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    // Not UTF-8.
    return { base64: bytes.toString('base64') };
  }
}

function knownLetters(): string {
  return Object.keys(letters)
    .map((letter) => `%${letter}`)
    .join(' ');
}
