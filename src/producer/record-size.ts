/**
 * Checks that a record can be one, and measures it, before anything is done with it: so that a send of many is refused as a whole.
 */
import { invalidArgument } from '../errors.ts';
import { HeaderList } from '../record/header-list.ts';
import { fieldLength, fieldSize } from '../record/record-field.ts';
import type { RecordInput } from '../types.ts';

/** Length, attributes and deltas, at their longest. */
const FIXED_SIZE_MAX = 5 + 1 + 10 + 5;
const headers = new HeaderList();

/** The most bytes that records[index] can take in a batch. Throws INVALID_ARGUMENT for what cannot be a record. */
export function recordSize(record: RecordInput, index: number): number {
  if (record === null || typeof record !== 'object') {
    throw invalidArgument(`records[${index}]`, 'an object with key, value, headers, timestamp or partition', record);
  }
  const { timestamp, headers: given } = record;
  if (timestamp !== undefined && !(Number.isSafeInteger(timestamp) && timestamp >= -1)) {
    throw invalidArgument(`records[${index}].timestamp`, 'a whole number of milliseconds or -1', timestamp);
  }
  const fields =
    fieldSize(fieldLength(record.key, 'key', index)) + fieldSize(fieldLength(record.value, 'value', index));
  if (given === undefined) return FIXED_SIZE_MAX + fields + 1;
  headers.take(given, index);
  const { size } = headers;
  headers.clear();
  return FIXED_SIZE_MAX + fields + size;
}
