/** The fixtures of test/fixture/kafka-4.2 and what Kafka says is in them; the README there has the format. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AbortedTransaction, ProducerEntry } from '#millrace/main.js';

export const FIXTURE = fileURLToPath(new URL('../fixture/kafka-4.2', import.meta.url));

/** Base64, null, or, of long ones, what they amount to. */
export type ExpectedBytes = string | null | { readonly size: number; readonly sha256: string };

/** offset, timestamp, key, value, headers */
export type ExpectedRecord = readonly [
  number,
  number,
  ExpectedBytes,
  ExpectedBytes,
  readonly (readonly [string, ExpectedBytes])[],
];

export interface ExpectedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly size: number;
  readonly crc: number;
  readonly codec: string;
  readonly timestampType: string;
  readonly maxTimestamp: number;
  readonly leaderEpoch: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly transactional: boolean;
  readonly control: boolean;
  readonly deleteHorizon: number | null;
  readonly records: readonly ExpectedRecord[];
}

export type ExpectedFiles = Readonly<Record<string, { readonly size: number; readonly sha256: string }>>;

export interface ExpectedLog {
  readonly topic: string;
  readonly partition: number;
  readonly config: Readonly<Record<string, string>>;
  readonly recoveryPoint: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly leaderEpochs: readonly (readonly [number, number])[];
  readonly lastStableOffset: number;
  readonly abortedTransactions: readonly AbortedTransaction[];
  readonly producers: readonly Omit<ProducerEntry, 'lastOffset' | 'offsetDelta'>[];
  readonly lookups: readonly (readonly [number, number | null, number | null])[];
  readonly filesAfterClose: ExpectedFiles;
  readonly filesAfterFullRecovery: ExpectedFiles;
  readonly batches: readonly ExpectedBatch[];
}

/** Names of the partitions of `clean` or `killed`. */
export function fixturePartitions(which: string): string[] {
  return readdirSync(join(FIXTURE, which, 'expected'))
    .map((name) => name.replace('.ndjson', ''))
    .sort();
}

export function expectedLog(which: string, partition: string): ExpectedLog {
  const lines = readFileSync(join(FIXTURE, which, 'expected', `${partition}.ndjson`), 'utf8')
    .trimEnd()
    .split('\n');
  const [head, ...batches] = lines.map((line) => JSON.parse(line));
  return { ...head, batches };
}

/** Bytes of ours in the shape of the expected ones. */
export function asExpected(bytes: Uint8Array | null): ExpectedBytes {
  if (bytes === null) return null;
  if (bytes.length <= 512) return Buffer.from(bytes).toString('base64');
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

interface RecordLike {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[];
}

export function recordsAsExpected(records: Iterable<RecordLike>): ExpectedRecord[] {
  return Array.from(records, ({ offset, timestamp, key, value, headers }) => [
    offset,
    timestamp,
    asExpected(key),
    asExpected(value),
    headers.map((header) => [header.key, asExpected(header.value)] as const),
  ]);
}
