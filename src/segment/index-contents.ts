/**
 * What is in an index file, as plain rows: each entry, and where the bytes are none. The names are those of Kafka's DumpLogSegments. Entries are shown as they
 * stand; whether they are true of the log is the verification's to say.
 */
import { isMillraceError } from '../errors.ts';
import { OFFSET_ENTRY_SIZE, OffsetIndex } from '../index/offset-index.ts';
import { TIME_ENTRY_SIZE, TimeIndex } from '../index/time-index.ts';
import { type AbortedTransaction, decodeTransactionIndex, TRANSACTION_ENTRY_SIZE } from '../index/transaction-index.ts';
import type { DamageRow, ReservedRow } from './log-contents.ts';

export interface OffsetEntryRow {
  readonly kind: 'offsetEntry';
  readonly offset: number;
  readonly position: number;
}

export interface TimeEntryRow {
  readonly kind: 'timeEntry';
  readonly timestamp: number;
  readonly offset: number;
}

export interface AbortedTransactionRow extends AbortedTransaction {
  readonly kind: 'abortedTransaction';
  readonly version: number;
}

export type IndexRow = OffsetEntryRow | TimeEntryRow | AbortedTransactionRow | DamageRow | ReservedRow;

export function* offsetIndexContents(bytes: Uint8Array, baseOffset: number): Generator<IndexRow> {
  const whole = wholeEntries(bytes, OFFSET_ENTRY_SIZE);
  const index = new OffsetIndex(baseOffset, whole);
  for (let slot = 0; slot < index.count; slot++) {
    const [offset, position] = [index.offsetAt(slot), index.positionAt(slot)];
    if (slot > 0 && (offset <= index.offsetAt(slot - 1) || position <= index.positionAt(slot - 1)))
      yield outOfOrder(slot * OFFSET_ENTRY_SIZE);
    yield { kind: 'offsetEntry', offset, position };
  }
  yield* rest(bytes, whole.length, OFFSET_ENTRY_SIZE);
}

export function* timeIndexContents(bytes: Uint8Array, baseOffset: number): Generator<IndexRow> {
  const whole = wholeEntries(bytes, TIME_ENTRY_SIZE);
  const index = new TimeIndex(baseOffset, whole);
  for (let slot = 0; slot < index.count; slot++) {
    const [timestamp, offset] = [index.timestampAt(slot), index.offsetAt(slot)];
    if (slot > 0 && (timestamp <= index.timestampAt(slot - 1) || offset < index.offsetAt(slot - 1)))
      yield outOfOrder(slot * TIME_ENTRY_SIZE);
    yield { kind: 'timeEntry', timestamp, offset };
  }
  yield* rest(bytes, whole.length, TIME_ENTRY_SIZE);
}

export function* transactionIndexContents(bytes: Uint8Array, path: string, baseOffset: number): Generator<IndexRow> {
  let at = 0;
  for (; at + TRANSACTION_ENTRY_SIZE <= bytes.length; at += TRANSACTION_ENTRY_SIZE) {
    const entry = bytes.subarray(at, at + TRANSACTION_ENTRY_SIZE);
    try {
      const [transaction] = decodeTransactionIndex(entry, path, baseOffset);
      yield { kind: 'abortedTransaction', version: 0, ...transaction };
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
      yield { kind: 'damage', position: at, message: 'no entry of a transaction index' };
    }
  }
  if (at < bytes.length) yield cutEntry(at, bytes.length - at);
}

/** The entries of an index without the zeros behind them, which Kafka reserves: no entry but the first is all zeros. */
export function wholeEntries(bytes: Uint8Array, entrySize: number): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  // The last entry may itself end with zeros.
  const size = Math.ceil(end / entrySize) * entrySize;
  return bytes.subarray(0, size <= bytes.length ? size : bytes.length - (bytes.length % entrySize));
}

function* rest(bytes: Uint8Array, position: number, entrySize: number): Generator<DamageRow | ReservedRow> {
  const left = bytes.length - position;
  if (left >= entrySize) yield { kind: 'reserved', position, bytes: left - (left % entrySize) };
  if (bytes.length % entrySize !== 0)
    yield cutEntry(bytes.length - (bytes.length % entrySize), bytes.length % entrySize);
}

function outOfOrder(position: number): DamageRow {
  return { kind: 'damage', position, message: 'the entry does not come after the one before it' };
}

function cutEntry(position: number, bytes: number): DamageRow {
  return { kind: 'damage', position, message: `the file ends after ${bytes} bytes of an entry` };
}
