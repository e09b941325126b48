/**
 * Kafka's integers as JS numbers, big-endian, by bytes: no view and no BigInt, since these are the innermost steps of every codec. The caller has
 * seen that there is room. An int64 is rounded to the nearest number; 2^63 stands for the largest int64, which rounds to it.
 */

const TWO_POW_32 = 0x1_0000_0000;
/** What the largest int64, Kafka's word for "none" in some fields, is as a number. */
export const INT64_MAX = 2 ** 63;

export function readInt16(bytes: Uint8Array, position: number): number {
  return ((bytes[position] << 24) >> 16) | bytes[position + 1];
}

export function readInt32(bytes: Uint8Array, position: number): number {
  return (bytes[position] << 24) | (bytes[position + 1] << 16) | (bytes[position + 2] << 8) | bytes[position + 3];
}

export function readInt64(bytes: Uint8Array, position: number): number {
  const high = readInt32(bytes, position);
  const low = readInt32(bytes, position + 4);
  // Most are small, and stay out of a box on the heap then.
  return high === low >> 31 ? low : high * TWO_POW_32 + (low >>> 0);
}

export function writeInt16(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value >> 8;
  bytes[position + 1] = value;
}

export function writeInt32(bytes: Uint8Array, position: number, value: number): void {
  bytes[position] = value >> 24;
  bytes[position + 1] = value >> 16;
  bytes[position + 2] = value >> 8;
  bytes[position + 3] = value;
}

/** Can it be written as an int64? */
export function isInt64(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= -INT64_MAX && (value as number) <= INT64_MAX;
}

export function writeInt64(bytes: Uint8Array, position: number, value: number): void {
  if (value >= INT64_MAX) {
    writeInt32(bytes, position, 0x7fff_ffff);
    writeInt32(bytes, position + 4, -1);
    return;
  }
  const high = Math.floor(value / TWO_POW_32);
  writeInt32(bytes, position, high);
  writeInt32(bytes, position + 4, value - high * TWO_POW_32);
}
