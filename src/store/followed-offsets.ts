/** What groups have committed in a directory that another process may be writing: read from its `__consumer_offsets` as it grows. */
import type { Clock } from '../clock.ts';
import { isMillraceError } from '../errors.ts';
import { OffsetReader } from '../group/offset-reader.ts';
import type { CommittedOffset } from '../group/offset-table.ts';
import type { FollowedLog } from '../log/log-follower.ts';
import { CONSUMER_OFFSETS_TOPIC, coordinatorPartition } from '../protocol/coordinator-partition.ts';

/** The store that follows. */
export interface FollowedTopics {
  topic(name: string): { readonly partitions: number };
  topicConfig(name: string): { readonly 'delete.retention.ms': unknown };
  partition(topic: string, partition: number): FollowedLog;
}

interface Followed {
  readonly log: FollowedLog;
  readonly reader: OffsetReader;
}

export class FollowedOffsets {
  readonly #topics: FollowedTopics;
  readonly #clock: Clock;
  readonly #followed = new Map<number, Followed>();

  constructor(topics: FollowedTopics, clock: Clock) {
    this.#topics = topics;
    this.#clock = clock;
  }

  async committed(group: string): Promise<CommittedOffset[]> {
    let partitions: number;
    try {
      ({ partitions } = this.#topics.topic(CONSUMER_OFFSETS_TOPIC));
    } catch (error) {
      // Nobody has committed anything yet.
      if (isMillraceError(error, 'ERR_MILLRACE_UNKNOWN_TOPIC')) return [];
      throw error;
    }
    const { log, reader } = this.#follow(coordinatorPartition(group, partitions));
    log.refresh();
    return (await reader.read()).committed(group);
  }

  #follow(partition: number): Followed {
    const known = this.#followed.get(partition);
    const log = this.#topics.partition(CONSUMER_OFFSETS_TOPIC, partition);
    if (known?.log === log) return known;
    const { 'delete.retention.ms': deleteRetentionMs } = this.#topics.topicConfig(CONSUMER_OFFSETS_TOPIC);
    const options = { clock: this.#clock, deleteRetentionMs: deleteRetentionMs as number };
    const followed = { log, reader: new OffsetReader(log, options) };
    this.#followed.set(partition, followed);
    return followed;
  }
}
