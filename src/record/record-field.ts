/** Length-prefixed bytes inside a record: a key, a value, a header's name or value. Null has length -1 and no bytes. */
import { invalidArgument } from '../errors.ts';
import type { Bytes } from '../types.ts';
import { copyBytes } from './copy-bytes.ts';
import { utf8Size, writeUtf8 } from './utf8.ts';
import { writeVarint } from './varint.ts';

/** The field's length as it is written: -1 for null. `name` and `index` are for the error about a value of another type. */
export function fieldLength(value: Bytes | null | undefined, name: string, index: number): number {
  if (value === null || value === undefined) return -1;
  if (typeof value === 'string') return utf8Size(value);
  if (value instanceof Uint8Array) return value.length;
  throw invalidArgument(`records[${index}].${name}`, 'a Uint8Array, a string or null', value);
}

/** Writes the length, and the bytes if there are any; returns the position after them. */
export function writeField(
  bytes: Uint8Array,
  position: number,
  value: Bytes | null | undefined,
  length: number,
): number {
  const start = writeVarint(bytes, position, length);
  if (length <= 0) return start;
  if (typeof value === 'string') writeUtf8(bytes, start, value, length);
  else copyBytes(bytes, start, value as Uint8Array);
  return start + length;
}
