/**
 * The file `<offset, 20 digits>.snapshot`: what the log knows of its producers when its next offset is that one.
 *
 *     0         2     6       10
 *     | version | CRC | count | entries ...     int16 = 1; CRC-32C of everything from 6 on; int32
 *
 *     0            8       10              14            22             26          34                  38                 46
 *     | producerId | epoch | last sequence | last offset | offset delta | timestamp | coordinator epoch | first offset of  |
 *     | i64        | i16   | i32           | i64         | i32          | i64       | i32               | open transaction |
 *
 * The last sequence, last offset and offset delta are those of the last batch: -1, -1 and 0 where there is none. The open transaction is -1 where
 * there is none. (ProducerStateManager.writeSnapshot.)
 */
import { MillraceError } from '../errors.ts';
import { native } from '../native.ts';
import { readInt64, writeInt64 } from '../record/int64.ts';

const VERSION = 1;
const CRC = 2;
const COUNT = 6;
const ENTRIES = 10;
const ENTRY_SIZE = 46;

export interface ProducerEntry {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastOffset: number;
  readonly offsetDelta: number;
  readonly lastTimestamp: number;
  readonly coordinatorEpoch: number;
  /** -1: no transaction is open. */
  readonly currentTransactionFirstOffset: number;
}

export interface ProducerSnapshot {
  readonly version: number;
  readonly crc: number;
  readonly entries: readonly ProducerEntry[];
}

/** Reads a whole snapshot; ERR_MILLRACE_CORRUPT with path and position where the bytes are none. */
export function decodeProducerSnapshot(bytes: Uint8Array, path: string): ProducerSnapshot {
  const corrupt = (position: number, found: string): MillraceError =>
    new MillraceError('ERR_MILLRACE_CORRUPT', `producer snapshot ${path} ${found}`, { path, position });
  if (bytes.length < ENTRIES) throw corrupt(bytes.length, `ends after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getInt16(0);
  if (version !== VERSION) throw corrupt(0, `has version ${version}, expected ${VERSION}`);
  const crc = view.getUint32(CRC);
  const computed = native.crc32c(bytes, COUNT, bytes.length);
  if (crc !== computed) throw corrupt(CRC, `has checksum ${crc}, its bytes give ${computed}`);
  const count = view.getInt32(COUNT);
  if (count < 0 || bytes.length !== ENTRIES + count * ENTRY_SIZE)
    throw corrupt(COUNT, `has ${bytes.length} bytes for ${count} entries`);
  const entries = Array.from({ length: count }, (_, i) => readEntry(view, ENTRIES + i * ENTRY_SIZE));
  return { version, crc, entries };
}

/** A whole snapshot. */
export function encodeProducerSnapshot(entries: readonly ProducerEntry[]): Uint8Array {
  const bytes = new Uint8Array(ENTRIES + entries.length * ENTRY_SIZE);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, VERSION);
  view.setInt32(COUNT, entries.length);
  entries.forEach((entry, i) => writeEntry(view, ENTRIES + i * ENTRY_SIZE, entry));
  view.setUint32(CRC, native.crc32c(bytes, COUNT, bytes.length));
  return bytes;
}

function writeEntry(view: DataView, at: number, entry: ProducerEntry): void {
  writeInt64(view, at, entry.producerId);
  view.setInt16(at + 8, entry.producerEpoch);
  view.setInt32(at + 10, entry.lastSequence);
  writeInt64(view, at + 14, entry.lastOffset);
  view.setInt32(at + 22, entry.offsetDelta);
  writeInt64(view, at + 26, entry.lastTimestamp);
  view.setInt32(at + 34, entry.coordinatorEpoch);
  writeInt64(view, at + 38, entry.currentTransactionFirstOffset);
}

function readEntry(view: DataView, at: number): ProducerEntry {
  return {
    producerId: readInt64(view, at),
    producerEpoch: view.getInt16(at + 8),
    lastSequence: view.getInt32(at + 10),
    lastOffset: readInt64(view, at + 14),
    offsetDelta: view.getInt32(at + 22),
    lastTimestamp: readInt64(view, at + 26),
    coordinatorEpoch: view.getInt32(at + 34),
    currentTransactionFirstOffset: readInt64(view, at + 38),
  };
}
