/** Batches of a partition of `__consumer_offsets`, made by hand: plain and transactional commits, and markers. */
import { encodeOffsetKey, encodeOffsetValue, type OffsetCommitValue } from '#millrace/group/offset-commit-format.js';
import { OffsetTable } from '#millrace/group/offset-table.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import type { CompressionName, RecordInput } from '#millrace/types.js';

const timestamp = 1_000;
const plainValue = { offset: 0, leaderEpoch: -1, metadata: '', commitTimestamp: timestamp, topicId: null };

export class OffsetsLog {
  readonly #batches: Uint8Array[] = [];
  readonly #compression: CompressionName;
  #end = 0;

  constructor(compression: CompressionName = 'none') {
    this.#compression = compression;
  }

  /** Offsets by `topic-partition`; those of a producer's transaction, if one is named. */
  commit(group: string, offsets: Record<string, number>, producerId?: number): void {
    const records = Object.entries(offsets).map(([name, offset]) => offsetRecord(group, name, offset));
    this.#append(records, producerId);
  }

  /** Values as they are given. */
  store(group: string, name: string, value: Partial<OffsetCommitValue>, producerId?: number): void {
    this.#append(
      [{ ...offsetRecord(group, name, 0), value: encodeOffsetValue({ ...plainValue, ...value }) }],
      producerId,
    );
  }

  forget(group: string, ...names: string[]): void {
    this.#append(names.map((name) => ({ ...offsetRecord(group, name, 0), value: null })));
  }

  /** A table that has taken all in. */
  table(): OffsetTable {
    const table = new OffsetTable();
    for (const batch of this.batches()) table.apply(batch);
    return table;
  }

  /** Leaves offsets out, as compaction does. */
  skip(count: number): void {
    this.#end += count;
  }

  raw(key: Uint8Array, value: Uint8Array | null): void {
    this.#append([{ key, value }]);
  }

  end(type: 'commit' | 'abort', producerId: number): void {
    const place = { baseOffset: this.#end, leaderEpoch: 0, timestamp };
    this.#batches.push(encodeControlBatch({ ...place, type, producerId, producerEpoch: 1, coordinatorEpoch: 0 }));
    this.#end++;
  }

  *batches(): Generator<RecordBatch> {
    for (const bytes of this.#batches) yield new RecordBatch(byteWindow(bytes), 0);
  }

  /** All of it, as a ready append. */
  get bytes(): Buffer {
    return Buffer.concat(this.#batches);
  }

  #append(records: RecordInput[], producerId?: number): void {
    const producer =
      producerId === undefined ? {} : { producerId, producerEpoch: 0, baseSequence: -1, transactional: true };
    this.#batches.push(
      ...encodeBatches(records, {
        baseOffset: this.#end,
        leaderEpoch: 0,
        timestamp,
        timestampType: 'CreateTime',
        batchBytesMax: 1 << 20,
        compression: this.#compression,
        ...producer,
      }),
    );
    this.#end += records.length;
  }
}

export function offsetRecord(group: string, name: string, offset: number, metadata = ''): RecordInput {
  const [topic, partition] = name.split('-');
  return {
    key: encodeOffsetKey({ group, topic, partition: Number(partition) }),
    value: encodeOffsetValue({ ...plainValue, offset, metadata }),
  };
}
