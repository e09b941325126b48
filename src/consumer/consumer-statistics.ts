/** What a consumer has handed out so far, and where it stands. */
import type { Offset, TopicPartition } from '../types.ts';

/** What a consumer has handed out of one topic. */
export interface ConsumerTopicStatistics {
  readonly topic: string;
  /** Batches (`ConsumerBatch`), their records, and the bytes of their record batches in the log; what was handed out again counts again. */
  readonly batches: number;
  readonly records: number;
  readonly bytes: number;
}

/** A partition that is assigned. */
export interface ConsumerPartitionStatistics extends TopicPartition {
  /** Null when nothing has said where to begin. */
  readonly position: Offset | null;
  /** How many offsets the log has from the position on; null where that cannot be known: without a position, or of a log that is gone. */
  readonly lag: number | null;
  /** How many it has before it: what retention may still take before records are missed. */
  readonly lead: number | null;
  readonly isPaused: boolean;
}

export interface ConsumerStatistics {
  /** Topics of which it was assigned partitions, those too that it has no more. */
  readonly topics: readonly ConsumerTopicStatistics[];
  readonly partitions: readonly ConsumerPartitionStatistics[];
}

/** Moved by each batch that is handed out. */
export class TopicCounters {
  batches = 0;
  records = 0;
  bytes = 0;
}

export class ConsumerCounters {
  readonly #topics = new Map<string, TopicCounters>();

  /** Those of a topic, which stay when its partitions are taken away: what was counted does not become less. */
  topic(name: string): TopicCounters {
    let counters = this.#topics.get(name);
    if (counters === undefined) {
      counters = new TopicCounters();
      this.#topics.set(name, counters);
    }
    return counters;
  }

  snapshot(partitions: readonly ConsumerPartitionStatistics[]): ConsumerStatistics {
    const topics = Array.from(this.#topics, ([topic, { batches, records, bytes }]) => {
      return { topic, batches, records, bytes };
    });
    return { topics, partitions };
  }
}
