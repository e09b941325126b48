/** Random records and a seed that a failing run prints and MILLRACE_SEED repeats. */
import fc from 'fast-check';
import { canCompressZstd } from '#millrace/record/zstd.js';
import type { BatchOptions } from '#millrace/record/batch-options.js';
import { byteWindow, type ByteWindow } from '#millrace/record/byte-window.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import type { Bytes, CompressionName, RecordInput } from '#millrace/types.js';
import { firstSeed } from '../support/random.ts';

export const seed = firstSeed() & 0x7fff_ffff;

/** fast-check prints the seed of a failing run itself, with the shrunk example. */
export function check(property: fc.IProperty<unknown>, numRuns = 60): void {
  fc.assert(property as fc.IProperty<[unknown]>, { seed, numRuns });
}

const bytes = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 60, maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(0)) },
  { weight: 2, arbitrary: fc.constantFrom('', 'key-17', 'héllo wörld', '日本語', '🎉', 'a'.repeat(70), 'x\ud83d') },
) as fc.Arbitrary<Bytes>;

const nullable = fc.option(bytes, { nil: null });
/** Lengths of three bytes are rare: one value in twenty. */
const anyValue = fc.oneof(
  { weight: 19, arbitrary: nullable },
  { weight: 1, arbitrary: fc.constant(Buffer.alloc(9000, 'abc')) },
);

const headers = fc.oneof(
  fc.array(fc.tuple(fc.string({ maxLength: 12 }), nullable), { maxLength: 4 }),
  fc.dictionary(
    fc.string({ maxLength: 8 }).filter((name) => name !== '__proto__'),
    nullable,
    { maxKeys: 4, noNullPrototype: true },
  ),
) as fc.Arbitrary<RecordInput['headers']>;

const timestamp = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_100 }),
  fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
);

export const record: fc.Arbitrary<RecordInput> = fc.oneof(
  fc.record({ value: fc.uint8Array({ maxLength: 200 }) }),
  fc.record({ key: nullable, value: anyValue, headers, timestamp }, { requiredKeys: [] }),
);

export const records = fc.array(record, { minLength: 1, maxLength: 120 });

export const codecs: CompressionName[] = [
  'none',
  'gzip',
  'snappy',
  'lz4',
  ...(canCompressZstd() ? ['zstd' as const] : []),
];

export const options: BatchOptions = {
  baseOffset: 7_000_000_000,
  leaderEpoch: 3,
  timestamp: 1_700_000_000_050,
  timestampType: 'CreateTime',
  batchBytesMax: 1_000_000,
};

/** What comparisons are made of: everything about a record, as plain values. */
export interface PlainRecord {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly (readonly [string, string | null])[];
}

const hex = (value: Bytes | null | undefined): string | null =>
  value === null || value === undefined ? null : Buffer.from(value).toString('hex');

/** What a reader must find of records[index]. */
export function expected(input: RecordInput, index: number, { baseOffset, timestamp: now } = options): PlainRecord {
  const pairs = Array.isArray(input.headers) ? input.headers : Object.entries(input.headers ?? {});
  return {
    offset: baseOffset + index,
    timestamp: input.timestamp ?? now,
    key: hex(input.key),
    value: hex(input.value),
    headers: pairs.map(([key, value]) => [Buffer.from(key).toString(), hex(value)] as const),
  };
}

export function plain(found: Iterable<PlainRecordView>): PlainRecord[] {
  return Array.from(found, ({ offset, timestamp: time, key, value, headers: list }) => ({
    offset,
    timestamp: time,
    key: hex(key),
    value: hex(value),
    headers: list.map((header) => [header.key, hex(header.value)] as const),
  }));
}

interface PlainRecordView {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

export function batchOf(bytesOfBatch: Uint8Array, startOffset?: number, inflatedBytesMax?: number): RecordBatch {
  return new RecordBatch(byteWindow(bytesOfBatch), 0, startOffset, inflatedBytesMax);
}

export function emptyWindow(size: number): ByteWindow {
  return byteWindow(new ArrayBuffer(size));
}

/** Bytes from a hex dump in which spaces and `|` separate fields. */
export function bytesOf(dump: string): Buffer {
  return Buffer.from(dump.replaceAll(/[\s|]/g, ''), 'hex');
}

/** The code of what `action` throws, or what it returned. */
export function codeOf(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
