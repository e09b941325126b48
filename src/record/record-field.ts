/** Length-prefixed bytes inside a record: a key, a value, a header's name or value. Null has length -1 and no bytes. */
import { invalidArgument } from '../errors.ts';
import type { Bytes } from '../types.ts';
import { copyBytes } from './copy-bytes.ts';
import { utf8Size, writeUtf8 } from './utf8.ts';
import { varintSize, writeVarint } from './varint.ts';

export const NULL_LENGTH = -1;
const NO_FIELD = -2;

/** The field's length as it is written: -1 for null or undefined, -2 for what cannot be a field. */
export function lengthOf(value: Bytes | null | undefined): number {
  if (value === null || value === undefined) return NULL_LENGTH;
  if (typeof value === 'string') return utf8Size(value);
  return value instanceof Uint8Array ? value.length : NO_FIELD;
}

/** As `lengthOf`, but throws `ERR_MILLRACE_INVALID_ARGUMENT` for what cannot be a field; `name` and `index` say where it was. */
export function fieldLength(value: Bytes | null | undefined, name: string, index: number): number {
  const length = lengthOf(value);
  if (length !== NO_FIELD) return length;
  throw invalidArgument(`records[${index}].${name}`, 'a Uint8Array, a string or null', value);
}

/** Bytes of the length and the field itself. */
export function fieldSize(length: number): number {
  return length < 0 ? 1 : varintSize(length) + length;
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
