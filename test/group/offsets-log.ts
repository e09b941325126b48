/** Batches of a partition of `__consumer_offsets`, made by hand: plain and transactional commits, and markers. */
import { encodeOffsetKey, encodeOffsetValue } from '#millrace/group/offset-commit-format.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import type { RecordInput } from '#millrace/types.js';

const timestamp = 1_000;

export class OffsetsLog {
  readonly #batches: Uint8Array[] = [];
  #end = 0;

  /** Offsets by `topic-partition`; those of a producer's transaction, if one is named. */
  commit(group: string, offsets: Record<string, number>, producerId?: number): void {
    const records = Object.entries(offsets).map(([name, offset]) => offsetRecord(group, name, offset));
    this.#append(records, producerId);
  }

  forget(group: string, name: string): void {
    this.#append([{ ...offsetRecord(group, name, 0), value: null }]);
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
        compression: 'none',
        ...producer,
      }),
    );
    this.#end += records.length;
  }
}

export function offsetRecord(group: string, name: string, offset: number): RecordInput {
  const [topic, partition] = name.split('-');
  return {
    key: encodeOffsetKey({ group, topic, partition: Number(partition) }),
    value: encodeOffsetValue({ offset, leaderEpoch: -1, metadata: '', commitTimestamp: timestamp, topicId: null }),
  };
}
