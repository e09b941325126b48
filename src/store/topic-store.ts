/**
 * The topics of a data directory that is open for writing: made, changed and deleted, and the logs of their partitions, opened when they are asked for.
 *
 * One half of `Store`, which adds who writes and reads, what is done in the background, and the end.
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { LOG_SUFFIX } from '../segment/segment-files.ts';
import type { ConfigValue } from './config-value.ts';
import type { Offset } from '../types.ts';
import { checkCreateOptions, type CreateTopicOptions } from './create-topic-options.ts';
import { openPartition } from './partition-opening.ts';
import type { StoreEnvironment } from './store-environment.ts';
import { TopicAdmin } from './topic-admin.ts';
import { effectiveConfig, type TopicConfigInput, type TopicConfigName } from './topic-config.ts';
import type { OpenPartition, Partition, Topic, TopicDescription } from './topic.ts';

export abstract class TopicStore {
  readonly directory: string;
  protected readonly environment: StoreEnvironment;
  protected readonly admin: TopicAdmin;
  readonly #byName: Map<string, Topic>;

  constructor(environment: StoreEnvironment, topics: Map<string, Topic>) {
    this.directory = environment.directory;
    this.environment = environment;
    this.admin = new TopicAdmin(environment, topics);
    this.#byName = topics;
  }

  abstract get isClosed(): boolean;

  /** For who keeps files of its own in the directory. */
  get fileSystem(): FileSystem {
    return this.environment.system;
  }

  protected get topicCount(): number {
    return this.#byName.size;
  }

  /**
   * Creates a topic with all its partitions, or nothing. Errors: INVALID_TOPIC, INVALID_ARGUMENT, TOPIC_EXISTS, NO_SPACE, OFFLINE, CLOSED.
   */
  async createTopic(name: string, options: CreateTopicOptions = {}): Promise<TopicDescription> {
    this.checkOpen();
    return this.admin.create(name, checkCreateOptions(options));
  }

  /** Throws what `createTopic` would refuse it for, and makes nothing. What the disk has to say it cannot know. */
  checkNewTopic(name: string, options: CreateTopicOptions = {}): void {
    this.checkOpen();
    this.admin.checkNew(name, checkCreateOptions(options));
  }

  /** Gives a topic `total` partitions, more than it has. Where a key goes may change with that: the caller decides where keys go. INVALID_TOPIC for topics of the coordinators. */
  async addPartitions(name: string, total: number): Promise<TopicDescription> {
    this.checkOpen();
    return this.admin.extend(name, total);
  }

  /** Changes settings of a topic, from the next append on; `null` takes one back to its default. */
  async alterTopic(name: string, changes: TopicConfigInput): Promise<TopicDescription> {
    this.checkOpen();
    return this.admin.alter(name, changes);
  }

  /** Throws what `alterTopic` would refuse it for, and changes nothing. */
  checkTopicChange(name: string, changes: TopicConfigInput): void {
    this.checkOpen();
    this.admin.checkChange(name, changes);
  }

  /** Deletes a topic with its records. Views that readers hold stay valid; who waits for durability gets ERR_MILLRACE_CLOSED. */
  async deleteTopic(name: string): Promise<void> {
    this.checkOpen();
    return this.admin.delete(name);
  }

  topics(): TopicDescription[] {
    this.checkOpen();
    return Array.from(this.#byName.values(), (topic) => topic.describe());
  }

  /** Throws ERR_MILLRACE_UNKNOWN_TOPIC when there is none of that name. */
  topic(name: string): TopicDescription {
    this.checkOpen();
    return this.admin.get(name).describe();
  }

  /** The name of the topic that has this id; null where there is none. */
  topicNameOf(id: string): string | null {
    this.checkOpen();
    return this.admin.findById(id)?.name ?? null;
  }

  /** As `topic`, and null where there is none. */
  findTopic(name: string): TopicDescription | null {
    this.checkOpen();
    return this.admin.find(name)?.describe() ?? null;
  }

  /** All settings that a topic has: its own, the store's defaults, Kafka's. */
  topicConfig(name: string): Record<TopicConfigName, ConfigValue> {
    this.checkOpen();
    return effectiveConfig(this.admin.get(name).config, this.environment.defaults);
  }

  /**
   * The log of a partition, opened when it is asked for the first time, the same object each time. Errors: UNKNOWN_TOPIC, CLOSED, IO, and
   * CORRUPT or UNSUPPORTED for one that could not be recovered.
   */
  partition(topic: string, partition: number): PartitionLog {
    this.checkOpen();
    return this.log(topic, partition);
  }

  /** The log of a partition if it is open; null where it is not, or where there is no such partition. */
  openPartition(topic: string, partition: number): PartitionLog | null {
    this.checkOpen();
    return this.admin.find(topic)?.partitions[partition]?.log ?? null;
  }

  /** Where the log of a partition ends; null where there is no such partition. It is not opened for that: nobody has written it since its checkpoint. */
  endOffset(topic: string, partition: number): Offset | null {
    this.checkOpen();
    const found = this.admin.find(topic)?.partitions[partition] ?? null;
    return found === null ? null : (found.log?.endOffset ?? this.environment.recoveryPoints.get(topic, partition));
  }

  /** Bytes of the record batches of a partition; its log is not opened for that. Errors: UNKNOWN_TOPIC, IO, CLOSED. */
  partitionSize(topic: string, partition: number): number {
    this.checkOpen();
    const { log, directory } = this.admin.get(topic).partition(partition);
    if (log !== null) return log.size;
    const { system } = this.environment;
    // What is reserved ahead of a writer went when the log was closed or recovered.
    const segments = system.list(directory).filter(({ name }) => name.endsWith(LOG_SUFFIX));
    return segments.reduce((sum, { name }) => sum + Math.max(0, system.sizeOf(join(directory, name))), 0);
  }

  /** The partitions that were asked for since the store was opened, or had segments to be removed. Opens none. */
  openPartitions(): OpenPartition[] {
    this.checkOpen();
    const open: OpenPartition[] = [];
    for (const { topic, index, log } of this.partitions()) {
      if (log !== null) open.push({ topic: topic.name, partition: index, log });
    }
    return open;
  }

  protected log(topic: string, partition: number): PartitionLog {
    return this.open(this.admin.get(topic).partition(partition));
  }

  protected open(partition: Partition): PartitionLog {
    if (partition.log === null) partition.opened(openPartition(this.environment, partition));
    return partition.log!;
  }

  protected *partitions(): Iterable<Partition> {
    for (const topic of this.#byName.values()) {
      for (const partition of topic.partitions) if (partition !== null) yield partition;
    }
  }

  protected checkOpen(): void {
    if (!this.isClosed) return;
    throw new MillraceError('ERR_MILLRACE_CLOSED', `the store in ${this.directory} is closed`, {
      path: this.directory,
    });
  }
}
