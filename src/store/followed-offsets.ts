/** What groups have committed in a directory that another process may be writing, and what they are: read from its `__consumer_offsets` as it grows. */
import type { Clock } from '../clock.ts';
import { isMillraceError } from '../errors.ts';
import { OffsetReader } from '../group/offset-reader.ts';
import type { CommittedOffset, OffsetTable } from '../group/offset-table.ts';
import { RecordedGroups } from '../group/recorded-groups.ts';
import { UnreadablePartitions } from '../group/unreadable-partitions.ts';
import type { FollowedLog } from '../log/log-follower.ts';
import { CONSUMER_OFFSETS_TOPIC, coordinatorPartition } from '../protocol/coordinator-partition.ts';
import type { Logger } from '../types.ts';

/** The store that follows. */
export interface FollowedTopics {
  topics(): readonly { readonly id: string; readonly name: string; readonly partitions: number }[];
  topic(name: string): { readonly partitions: number };
  topicConfig(name: string): { readonly 'delete.retention.ms': unknown };
  partition(topic: string, partition: number): FollowedLog;
}

/** What a partition of `__consumer_offsets` says now. */
export interface FollowedPartitionOfGroups {
  readonly offsets: OffsetTable;
  readonly groups: RecordedGroups;
}

interface Followed {
  readonly log: FollowedLog;
  readonly reader: OffsetReader;
  readonly groups: RecordedGroups;
}

export class FollowedOffsets {
  readonly #topics: FollowedTopics;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #followed = new Map<number, Followed>();
  readonly #unreadable: UnreadablePartitions;

  constructor(topics: FollowedTopics, clock: Clock, logger: Logger = {}) {
    this.#topics = topics;
    this.#clock = clock;
    this.#logger = logger;
    this.#unreadable = new UnreadablePartitions(logger);
  }

  async committed(group: string): Promise<CommittedOffset[]> {
    return (await this.of(group))?.offsets.committed(group) ?? [];
  }

  /** Where a group is kept; null as long as nobody has committed anything. */
  async of(group: string): Promise<FollowedPartitionOfGroups | null> {
    const count = this.#partitionCount;
    return count === 0 ? null : this.#read(coordinatorPartition(group, count));
  }

  /** Of all partitions that can be read; of the others the log is told, once. */
  async all(): Promise<FollowedPartitionOfGroups[]> {
    const found: FollowedPartitionOfGroups[] = [];
    const count = this.#partitionCount;
    for (let partition = 0; partition < count; partition++) {
      try {
        found.push(await this.#read(partition));
        this.#unreadable.read(partition);
      } catch (error) {
        if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT') && !isMillraceError(error, 'ERR_MILLRACE_IO')) throw error;
        this.#unreadable.tell(partition, error);
      }
    }
    return found;
  }

  get #partitionCount(): number {
    try {
      return this.#topics.topic(CONSUMER_OFFSETS_TOPIC).partitions;
    } catch (error) {
      if (isMillraceError(error, 'ERR_MILLRACE_UNKNOWN_TOPIC')) return 0;
      throw error;
    }
  }

  async #read(partition: number): Promise<FollowedPartitionOfGroups> {
    const { log, reader, groups } = this.#follow(partition);
    log.refresh();
    return { offsets: await reader.read(), groups };
  }

  #follow(partition: number): Followed {
    const known = this.#followed.get(partition);
    const log = this.#topics.partition(CONSUMER_OFFSETS_TOPIC, partition);
    if (known?.log === log) return known;
    const { 'delete.retention.ms': deleteRetentionMs } = this.#topics.topicConfig(CONSUMER_OFFSETS_TOPIC);
    const groups = new RecordedGroups({ logger: this.#logger, path: log.directory });
    const reader = new OffsetReader(log, {
      clock: this.#clock,
      deleteRetentionMs: deleteRetentionMs as number,
      other: (key, value) => groups.take(key, value),
      anew: () => groups.clear(),
    });
    const followed = { log, reader, groups };
    this.#followed.set(partition, followed);
    return followed;
  }
}
