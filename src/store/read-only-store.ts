/**
 * A data directory that another process may be writing, opened for reading: takes no lock, starts no thread and writes nothing.
 *
 * Follows the writer: a topic that it creates is found when it is asked for, records as they come (`FollowedLog`). What a writer has not
 * published, or is still making, is not seen. A directory that nobody writes, and whose last stop was not a clean one, is read as it is: each
 * log ends where its bytes stop being batches.
 */
import type { Consumer } from '../consumer/consumer.ts';
import type { ConsumerOptions } from '../consumer/consumer-options.ts';
import type { PartitionConsumer } from '../consumer/partition-consumer.ts';
import type { GroupView } from '../group/group-view.ts';
import type { CommittedOffset } from '../group/offset-table.ts';
import { invalidArgument, MillraceError } from '../errors.ts';
import { openDisk } from '../file/disk-choice.ts';
import type { FileSystem } from '../file/file-system.ts';
import { WindowCache } from '../file/window-cache.ts';
import { FollowedLog } from '../log/log-follower.ts';
import { NewsWatch } from '../log/news-watch.ts';
import type { GroupConsumer } from '../member/group-consumer.ts';
import type { GroupConsumerOptions } from '../member/group-consumer-options.ts';
import { PortCoordinator } from '../member/port-coordinator.ts';
import type { ConfigValue } from './config-value.ts';
import { type MetaProperties, readMetaProperties } from './meta-properties.ts';
import { OpenConsumers } from './open-consumers.ts';
import { LOG_START_CHECKPOINT, OffsetCheckpoint } from './offset-checkpoints.ts';
import type { CheckedOptions } from './store-options.ts';
import { FollowedGroups } from './followed-groups.ts';
import { FollowedOffsets } from './followed-offsets.ts';
import { notOfTopic, presentTopicId } from './partition-presence.ts';
import type { TopicPartition } from '../types.ts';
import { readCatalog } from './topic-catalog.ts';
import { effectiveConfig, logSettings, type TopicConfigName } from './topic-config.ts';
import { checkTopicName } from './topic-name.ts';
import { type Partition, Topic, type TopicDescription } from './topic.ts';
import { randomUuid } from './uuid.ts';

/** A partition whose log is followed. */
export interface FollowedPartition extends TopicPartition {
  readonly log: FollowedLog;
}

export interface ReadOnlyStatistics {
  readonly openPartitions: number;
  /** Mappings of sealed data that are kept, and their bytes. */
  readonly windows: { readonly count: number; readonly bytes: number };
}

export class ReadOnlyStore {
  readonly directory: string;
  readonly isReadOnly = true;
  readonly #options: CheckedOptions;
  readonly #system: FileSystem;
  readonly #cache: WindowCache;
  readonly #news: NewsWatch;
  readonly #meta: MetaProperties | null;
  #topics = new Map<string, Topic>();
  /** Logs by topic id and partition: a topic that was created anew is another one. */
  readonly #logs = new Map<string, FollowedLog>();
  /** Ids of topics whose directories have none; made up, and the same for as long as the store is open. */
  readonly #madeIds = new Map<string, string>();
  readonly #consumers: OpenConsumers;
  readonly #offsets: FollowedOffsets;
  #closed = false;

  /** Used by `openStore`, with options that were checked. */
  static async open(directory: string, options: CheckedOptions): Promise<ReadOnlyStore> {
    return new ReadOnlyStore(directory, options);
  }

  private constructor(directory: string, options: CheckedOptions) {
    this.directory = directory;
    this.#options = options;
    this.#system = options.fileSystem ?? openDisk(options.fileAccess);
    this.#cache = new WindowCache(this.#system);
    this.#news = new NewsWatch(options.clock);
    this.#meta = readMetaProperties(this.#system, directory);
    this.#offsets = new FollowedOffsets(this, options.clock, options.logger);
    this.#load();
    this.#consumers = new OpenConsumers({
      logs: this,
      topics: {
        refresh: () => this.#load(),
        partitionCount: (topic) => this.#topics.get(topic)?.partitions.length ?? 0,
        names: () => this.#topics.keys(),
      },
      ...options,
      coordinator: ({ coordinator }) => PortCoordinator.of(coordinator),
    });
  }

  /** For who reads files of its own in the directory. */
  get fileSystem(): FileSystem {
    return this.#system;
  }

  get clusterId(): string | null {
    return this.#meta?.clusterId ?? null;
  }

  get nodeId(): number | null {
    return this.#meta?.nodeId ?? null;
  }

  get directoryId(): string | null {
    return this.#meta?.directoryId ?? null;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get statistics(): ReadOnlyStatistics {
    const { count, bytes } = this.#cache;
    return { openPartitions: this.#logs.size, windows: { count, bytes } };
  }

  /** The topics that are there now. */
  topics(): TopicDescription[] {
    this.#checkOpen();
    this.#load();
    return Array.from(this.#topics.values(), (topic) => topic.describe());
  }

  topic(name: string): TopicDescription {
    return this.#find(name).describe();
  }

  topicConfig(name: string): Record<TopicConfigName, ConfigValue> {
    return effectiveConfig(this.#find(name).config, this.#options.defaults);
  }

  /**
   * The log of a partition, the same object each time for as long as its topic is there. Looks for topics and partitions that are new when it does
   * not know one. Errors: UNKNOWN_TOPIC, CLOSED, IO.
   */
  partition(name: string, index: number): FollowedLog {
    let topic = this.#find(name);
    const known = this.#logs.get(logKey(topic, index));
    if (known !== undefined && !known.isClosed) return known;
    if (known !== undefined || index >= topic.partitions.length) {
      this.#load();
      topic = this.#find(name);
    }
    if (!this.#isPresent(topic, topic.partition(index))) {
      this.#load();
      topic = this.#find(name);
      const { directory } = topic.partition(index);
      if (!this.#isPresent(topic, topic.partition(index))) throw notOfTopic(name, directory);
    }
    const log = this.#open(topic, topic.partition(index));
    this.#logs.set(logKey(topic, index), log);
    return log;
  }

  /** The partitions that were asked for since the store was opened, as far as they are still there. Opens none, and looks for nothing new. */
  openPartitions(): FollowedPartition[] {
    this.#checkOpen();
    const open: FollowedPartition[] = [];
    for (const topic of this.#topics.values()) {
      for (let partition = 0; partition < topic.partitions.length; partition++) {
        const log = this.#logs.get(logKey(topic, partition));
        if (log !== undefined && !log.isClosed) open.push({ topic: topic.name, partition, log });
      }
    }
    return open;
  }

  /** Those that were not closed and that somebody has. */
  openConsumers(): PartitionConsumer[] {
    this.#checkOpen();
    return this.#consumers.list();
  }

  /** As of a store that writes; with a `groupId` it takes the `coordinator` of that store's thread. */
  consumer(options: GroupConsumerOptions): GroupConsumer;
  consumer(options?: ConsumerOptions): Consumer;
  consumer(options?: ConsumerOptions | GroupConsumerOptions): PartitionConsumer {
    this.#checkOpen();
    return this.#consumers.open(options);
  }

  /** What `committedOffsets` of the store that writes the directory says, as far as it has published it. */
  async committedOffsets(group: string): Promise<CommittedOffset[]> {
    this.#checkOpen();
    if (typeof group !== 'string') throw invalidArgument('group', 'the name of a group', group);
    return this.#offsets.committed(group);
  }

  /** What the directory tells of consumer groups. */
  get groups(): GroupView {
    return new FollowedGroups(this.#offsets, this, this.#options.groupConsumerAssignors[0]);
  }

  async createTopic(): Promise<never> {
    throw this.#refused('createTopic');
  }

  async addPartitions(): Promise<never> {
    throw this.#refused('addPartitions');
  }

  async alterTopic(): Promise<never> {
    throw this.#refused('alterTopic');
  }

  async deleteTopic(): Promise<never> {
    throw this.#refused('deleteTopic');
  }

  async checkpoint(): Promise<never> {
    throw this.#refused('checkpoint');
  }

  /** Closes the logs; views that were read stay valid. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#consumers.close();
    for (const log of this.#logs.values()) log.close();
    this.#logs.clear();
    if (this.#options.fileSystem === null) this.#system.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #find(name: string): Topic {
    this.#checkOpen();
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    checkTopicName(name);
    this.#load();
    const found = this.#topics.get(name);
    if (found !== undefined) return found;
    throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', `there is no topic "${name}" in ${this.directory}`);
  }

  #open(topic: Topic, partition: Partition): FollowedLog {
    return FollowedLog.open({ system: this.#system, cache: this.#cache }, partition.directory, {
      settings: logSettings(topic.config, this.#options.defaults),
      startOffset: () => this.#startOffset(topic.name, partition.index),
      isPresent: () => this.#isPresent(topic, partition),
      news: this.#news,
    });
  }

  /** Is the directory that of the topic, and not of one that was made anew, or is being made or deleted? */
  #isPresent(topic: Topic, { directory, index }: Partition): boolean {
    const id = presentTopicId(this.#system, directory);
    if (id !== null) return id === topic.id;
    if (this.#madeIds.get(topic.name) === topic.id) return this.#system.exists(directory);
    // It has none yet, perhaps: then the catalog says whose it is.
    this.#load();
    const found = this.#topics.get(topic.name);
    return found?.id === topic.id && this.#system.exists(directory) && (found.partitions[index] ?? null) !== null;
  }

  #load(): void {
    const { topics } = readCatalog(this.#system, this.directory, this.#options.logger, (name) => this.#makeId(name));
    this.#topics = new Map();
    const ids = new Set<string>();
    for (const [name, { entry, present }] of topics) {
      const topic = new Topic(this.directory, entry, this.#options.defaults, (partition) => present.has(partition));
      this.#topics.set(name, topic);
      ids.add(topic.id);
    }
    for (const [key, log] of this.#logs) {
      if (ids.has(key.split(' ')[0])) continue;
      log.gone();
      this.#logs.delete(key);
    }
  }

  #makeId(topic: string): string {
    const id = this.#madeIds.get(topic) ?? randomUuid();
    this.#madeIds.set(topic, id);
    return id;
  }

  #startOffset(topic: string, partition: number): number {
    const { logger } = this.#options;
    return OffsetCheckpoint.read(this.#system, this.directory, LOG_START_CHECKPOINT, logger).get(topic, partition);
  }

  #refused(method: string): MillraceError {
    const message = `${method}: the store in ${this.directory} was opened for reading only`;
    return new MillraceError('ERR_MILLRACE_READ_ONLY', message, { path: this.directory });
  }

  #checkOpen(): void {
    const { directory: path } = this;
    if (this.#closed) throw new MillraceError('ERR_MILLRACE_CLOSED', `the store in ${path} is closed`, { path });
  }
}

function logKey(topic: Topic, partition: number): string {
  return `${topic.id} ${partition}`;
}
