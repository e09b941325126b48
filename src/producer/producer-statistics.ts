/** What a producer has done so far, and what it has in hand. */
import type { Timestamp } from '../types.ts';
import { type SampledStatistics, SampledValue } from './sampled-value.ts';

/** Why a batch was sealed: its time, its size, the bounds of the log, a flush, the close of the producer, or somebody else at the same log. */
export type SealReason = 'linger' | 'size' | 'full' | 'flush' | 'close' | 'other';

/** What a producer has done for one topic. */
export interface ProducerTopicStatistics {
  readonly topic: string;
  /** Records of batches that were sealed, and the bytes of these batches, before compression. */
  readonly records: number;
  readonly bytes: number;
  /** Records that could not be delivered. */
  readonly errors: number;
  /** Records that were tried again, and that waited behind these; one that is tried three times counts twice. */
  readonly retriedRecords: number;
}

export interface ProducerStatistics {
  /** Records that were added to batches, and their bytes there, before compression. */
  readonly records: number;
  readonly bytes: number;
  /** Records that were acknowledged; with `acks: 0`, that became visible. */
  readonly acknowledgedRecords: number;
  /** Batches that were sealed, by what sealed them. */
  readonly batches: Readonly<Record<SealReason, number>>;
  /** Bytes of a batch when it was sealed, before compression; of the last half minute or more, null when none was. */
  readonly batchSize: SampledStatistics | null;
  /** How long a batch was open, likewise. */
  readonly queueTimeMs: SampledStatistics | null;
  /** How often something was tried again. */
  readonly retries: number;
  /** Records that could not be delivered; those too that were refused before they had a topic. */
  readonly errors: number;
  /** Sends that wait for `maxUnacknowledgedBytes`. */
  readonly waitingSends: number;
  /** How long sends have waited for it, together, before they were taken in. */
  readonly waitedMs: number;
  /** Sends that were refused since too many wait. */
  readonly refusedSends: number;
  /** Bytes, at most, of records that were taken in and are not acknowledged. */
  readonly unacknowledgedBytes: number;
  /** `maxUnacknowledgedBytes`. */
  readonly unacknowledgedBytesMax: number;
  /** Topics that it has written to, or tried to. */
  readonly topics: readonly ProducerTopicStatistics[];
}

export interface SealedBatch {
  readonly count: number;
  readonly size: number;
  readonly reason: SealReason;
  readonly openedAt: Timestamp;
}

/** What is in hand at the moment. */
type InHand = Pick<ProducerStatistics, 'waitingSends' | 'unacknowledgedBytes' | 'unacknowledgedBytesMax'>;

/** Moved by batches, and by records that fail. */
export class TopicCounters {
  records = 0;
  bytes = 0;
  errors = 0;
  retriedRecords = 0;
}

export class ProducerCounters {
  records = 0;
  bytes = 0;
  acknowledgedRecords = 0;
  retries = 0;
  errors = 0;
  waitedMs = 0;
  refusedSends = 0;
  readonly batches: Record<SealReason, number> = { linger: 0, size: 0, full: 0, flush: 0, close: 0, other: 0 };
  readonly batchSize = new SampledValue();
  readonly queueTimeMs = new SampledValue();
  readonly #topics = new Map<string, TopicCounters>();

  /** Those of a topic, which stay when it is deleted: what was counted does not become less. */
  topic(name: string): TopicCounters {
    let counters = this.#topics.get(name);
    if (counters === undefined) {
      counters = new TopicCounters();
      this.#topics.set(name, counters);
    }
    return counters;
  }

  /** A batch was sealed at `now`. */
  sealed({ count, size, reason, openedAt }: SealedBatch, topic: TopicCounters, now: Timestamp): void {
    this.batches[reason]++;
    this.batchSize.add(size, now);
    // A clock may be set back.
    this.queueTimeMs.add(Math.max(now - openedAt, 0), now);
    topic.records += count;
    topic.bytes += size;
  }

  snapshot(inHand: InHand, now: Timestamp): ProducerStatistics {
    const { records, bytes, acknowledgedRecords, retries, errors, waitedMs, refusedSends } = this;
    return {
      records,
      bytes,
      acknowledgedRecords,
      batches: { ...this.batches },
      batchSize: this.batchSize.statistics(now),
      queueTimeMs: this.queueTimeMs.statistics(now),
      retries,
      errors,
      waitedMs,
      refusedSends,
      ...inHand,
      topics: this.#topicStatistics(),
    };
  }

  #topicStatistics(): ProducerTopicStatistics[] {
    return Array.from(this.#topics, ([topic, { records, bytes, errors, retriedRecords }]) => {
      return { topic, records, bytes, errors, retriedRecords };
    });
  }
}
