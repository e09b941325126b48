/**
 * Kafka's int64 as a JS number: two 32-bit halves through a DataView, big-endian, no BigInt.
 *
 * Writing takes any safe integer and is exact. Reading is exact within ±2^53; beyond it the nearest double comes back, which is
 * all that a timestamp or a producer id needs. An offset must be exact, so `readOffset` refuses what it cannot return.
 */
import { MillraceError } from '../errors.ts';

const TWO_POW_32 = 0x1_0000_0000;

export function writeInt64(view: DataView, position: number, value: number): void {
  const high = Math.floor(value / TWO_POW_32);
  view.setInt32(position, high);
  view.setUint32(position + 4, value - high * TWO_POW_32);
}

export function readInt64(view: DataView, position: number): number {
  return view.getInt32(position) * TWO_POW_32 + view.getUint32(position + 4);
}

/** Reads an offset: at least 0 and below 2^53, or `ERR_MILLRACE_CORRUPT`. */
export function readOffset(view: DataView, position: number): number {
  const offset = readInt64(view, position);
  if (offset >= 0 && offset <= Number.MAX_SAFE_INTEGER) return offset;
  throw new MillraceError(
    'ERR_MILLRACE_CORRUPT',
    `the offset at position ${position} is ${view.getBigInt64(position)}, expected 0 to 2^53 - 1`,
    { position },
  );
}
