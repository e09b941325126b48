/** A topic of an open store and its partitions: what is known of them, and the logs that were opened. No I/O of its own. */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import type { LogSettings } from '../log/log-settings.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { partitionDirectoryName } from './partition-directory.ts';
import { logSettings, type TopicConfig } from './topic-config.ts';
import type { TopicEntry } from './topics-file.ts';

/** What a caller is told of a topic. `config` has what differs from the store's defaults. */
export interface TopicDescription {
  readonly name: string;
  /** Kafka's topic id: 22 characters of base64url. */
  readonly id: string;
  readonly partitions: number;
  readonly config: TopicConfig;
}

export class Partition {
  readonly topic: Topic;
  readonly index: number;
  readonly directory: string;
  /** The log, once it was asked for. */
  log: PartitionLog | null = null;
  /** Why it cannot be opened: it could not be recovered. */
  problem: MillraceError | null = null;
  /** While nobody asks for the log, retention has nothing to do with it before this time. */
  idleUntil = 0;
  #openedStart = 0;
  #openedEnd = 0;
  #openedSegments = 0;

  constructor(topic: Topic, index: number) {
    this.topic = topic;
    this.index = index;
    this.directory = join(topic.dataDirectory, partitionDirectoryName(topic.name, index));
  }

  opened(log: PartitionLog): void {
    this.log = log;
    this.#openedStart = log.startOffset;
    this.#openedEnd = log.endOffset;
    this.#openedSegments = log.segmentCount;
  }

  /** Nothing was written since the log was opened: then a close has nothing to write either. */
  get isUntouched(): boolean {
    const { log } = this;
    if (log === null) return true;
    const isSame = log.startOffset === this.#openedStart && log.endOffset === this.#openedEnd;
    const isWhole = log.segmentCount === this.#openedSegments;
    return isSame && isWhole && !log.hasOpenBatch && log.openFile === null && log.leaderEpochs.version === 0;
  }
}

export class Topic {
  readonly dataDirectory: string;
  readonly name: string;
  readonly id: string;
  /** A hole is a partition whose directory is not here. */
  readonly partitions: (Partition | null)[];
  #config: TopicConfig;
  #settings: LogSettings;

  constructor(
    dataDirectory: string,
    entry: TopicEntry,
    defaults: TopicConfig,
    isPresent: (partition: number) => boolean,
  ) {
    this.dataDirectory = dataDirectory;
    this.name = entry.name;
    this.id = entry.id;
    this.#config = entry.config;
    this.#settings = logSettings(entry.config, defaults);
    this.partitions = Array.from({ length: entry.partitions }, (_, index) =>
      isPresent(index) ? new Partition(this, index) : null,
    );
  }

  get config(): TopicConfig {
    return this.#config;
  }

  get settings(): LogSettings {
    return this.#settings;
  }

  /** Other settings, for the partitions that are open too. */
  configure(config: TopicConfig, defaults: TopicConfig): void {
    this.#config = config;
    this.#settings = logSettings(config, defaults);
    for (const partition of this.partitions) {
      if (partition === null) continue;
      partition.idleUntil = 0;
      partition.log?.configure(this.#settings);
    }
  }

  /** Throws ERR_MILLRACE_UNKNOWN_TOPIC for a partition that is not there. */
  partition(index: number): Partition {
    const partition = this.partitions[index];
    if (partition !== null && partition !== undefined) return partition;
    const count = this.partitions.length;
    const why =
      partition === null
        ? `: ${join(this.dataDirectory, partitionDirectoryName(this.name, index))} is missing`
        : `, it has ${count}`;
    throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', `topic "${this.name}" has no partition ${index}${why}`);
  }

  /** As it stands in the topics' file, with these many partitions. */
  entry(partitions = this.partitions.length): TopicEntry {
    return { name: this.name, id: this.id, partitions, config: this.#config };
  }

  describe(): TopicDescription {
    return { ...this.entry(), config: { ...this.#config } };
  }
}
