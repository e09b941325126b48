/**
 * A data directory: topics of partitions, for one process that writes and any number that read.
 *
 * Promises: what a method that changes topics promised has happened as a whole when its promise settles, and survives a crash; partitions are
 * opened when they are first asked for; `close` leaves the directory so that the next open, by this library or by Kafka, needs no recovery.
 * After a failed flush or write of the disk the store is offline: reads go on, every write fails with the same ERR_MILLRACE_OFFLINE, and
 * opening it again recovers. Not promised: use of one store from several threads.
 */
import { resolve } from 'node:path';
import type { Consumer } from '../consumer/consumer.ts';
import type { ConsumerOptions } from '../consumer/consumer-options.ts';
import { MillraceError } from '../errors.ts';
import type { CommittedOffset } from '../group/offset-table.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Producer } from '../producer/producer.ts';
import type { ProducerOptions } from '../producer/producer-options.ts';
import type { TransactionalProducerOptions } from '../producer/transactional-options.ts';
import type { TransactionalProducer } from '../producer/transactional-producer.ts';
import type { TransactionDescription, TransactionFilter } from '../transaction/transaction-listing.ts';
import type { ConfigValue } from './config-value.ts';
import { checkCreateOptions, type CreateTopicOptions } from './create-topic-options.ts';
import { Housekeeping } from './housekeeping.ts';
import type { MetaProperties } from './meta-properties.ts';
import { OpenConsumers } from './open-consumers.ts';
import { OpenProducers } from './open-producers.ts';
import { ProducerIds } from './producer-ids.ts';
import { openPartition } from './partition-opening.ts';
import { ReadOnlyStore } from './read-only-store.ts';
import type { RecoveryReport } from './recovery.ts';
import { closeStore } from './store-closing.ts';
import type { StoreEnvironment } from './store-environment.ts';
import type { StoreLock } from './store-lock.ts';
import { type OpenedParts, openParts } from './store-opening.ts';
import { type CheckedOptions, checkDirectory, checkOptions, type StoreOptions } from './store-options.ts';
import { type OpenPartition, openPartitionsOf, storeStatistics, type StoreStatistics } from './store-statistics.ts';
import { StoreTransactions } from './store-transactions.ts';
import { TopicAdmin } from './topic-admin.ts';
import { effectiveConfig, type TopicConfigInput, type TopicConfigName } from './topic-config.ts';
import type { Partition, Topic, TopicDescription } from './topic.ts';

/**
 * Opens the data directory at `directory`, and makes it if it is not there. Recovers it when the last stop was not a clean one.
 * Errors: LOCKED when another process writes it, CORRUPT when a file that cannot be derived is not readable, INVALID_ARGUMENT, IO, NO_SPACE.
 */
export function openStore(
  directory: string,
  options: StoreOptions & { readonly readOnly: true },
): Promise<ReadOnlyStore>;
export function openStore(directory: string, options?: StoreOptions & { readonly readOnly?: false }): Promise<Store>;
export async function openStore(directory: string, options: StoreOptions = {}): Promise<Store | ReadOnlyStore> {
  checkDirectory(directory);
  const checked = checkOptions(options);
  return checked.readOnly ? ReadOnlyStore.open(resolve(directory), checked) : Store.open(resolve(directory), checked);
}

export class Store {
  readonly directory: string;
  readonly isReadOnly = false;
  /** What the open found. */
  readonly recovery: RecoveryReport;
  /** Ids for producers, each given out once in the life of the directory. */
  readonly producerIds: ProducerIds;
  readonly #environment: StoreEnvironment;
  readonly #meta: MetaProperties;
  readonly #lock: StoreLock;
  readonly #topics: Map<string, Topic>;
  readonly #admin: TopicAdmin;
  readonly #housekeeping: Housekeeping;
  readonly #ownSystem: boolean;
  readonly #producers: OpenProducers;
  readonly #transactions: StoreTransactions;
  readonly #consumers = new OpenConsumers(this);
  #closing: Promise<void> | null = null;

  /** Used by `openStore`, with options that were checked. */
  static async open(directory: string, options: CheckedOptions): Promise<Store> {
    const opened = await openParts(directory, options);
    return new Store(opened, options);
  }

  private constructor(parts: OpenedParts, options: CheckedOptions) {
    const { environment, lock, meta, topics, recovery } = parts;
    this.#environment = environment;
    this.directory = environment.directory;
    this.#lock = lock;
    this.#meta = meta;
    this.#topics = topics;
    this.recovery = recovery;
    this.#ownSystem = options.fileSystem === null;
    this.#admin = new TopicAdmin(environment, topics);
    const logs = {
      partitionCount: (topic: string) => this.#admin.get(topic).partitions.length,
      partition: (topic: string, partition: number) => this.#log(topic, partition),
    };
    this.producerIds = new ProducerIds(environment);
    const rest = { admin: this.#admin, logs, nextProducerId: () => this.producerIds.next(), settings: options };
    this.#transactions = new StoreTransactions(environment, rest);
    this.#producers = new OpenProducers(logs, { ...environment, producerIds: this.producerIds }, this.#transactions);
    this.#housekeeping = new Housekeeping(environment, () => this.#partitions(), options);
    this.#housekeeping.start();
    this.#transactions.start();
  }

  /** From `meta.properties`; null where the file does not say. */
  get clusterId(): string | null {
    return this.#meta.clusterId;
  }

  get nodeId(): number | null {
    return this.#meta.nodeId;
  }

  get directoryId(): string | null {
    return this.#meta.directoryId;
  }

  /** Why the store is offline, or null. */
  get failure(): MillraceError | null {
    return this.#environment.health.failure;
  }

  get isClosed(): boolean {
    return this.#closing !== null;
  }

  get statistics(): StoreStatistics {
    const [{ statistics: retention }, { statistics: transactions }] = [
      this.#housekeeping.retention,
      this.#transactions,
    ];
    return storeStatistics(this.#environment, this.#topics.size, this.#partitions(), { retention, transactions });
  }

  /**
   * Creates a topic with all its partitions, or nothing. Errors: INVALID_TOPIC, INVALID_ARGUMENT, TOPIC_EXISTS, NO_SPACE, OFFLINE, CLOSED.
   */
  async createTopic(name: string, options: CreateTopicOptions = {}): Promise<TopicDescription> {
    this.#checkOpen();
    return this.#admin.create(name, checkCreateOptions(options));
  }

  /** Gives a topic `total` partitions, more than it has. Where a key goes may change with that: the caller decides where keys go. */
  async addPartitions(name: string, total: number): Promise<TopicDescription> {
    this.#checkOpen();
    return this.#admin.extend(name, total);
  }

  /** Changes settings of a topic, from the next append on; `null` takes one back to its default. */
  async alterTopic(name: string, changes: TopicConfigInput): Promise<TopicDescription> {
    this.#checkOpen();
    return this.#admin.alter(name, changes);
  }

  /** Deletes a topic with its records. Views that readers hold stay valid; who waits for durability gets ERR_MILLRACE_CLOSED. */
  async deleteTopic(name: string): Promise<void> {
    this.#checkOpen();
    return this.#admin.delete(name);
  }

  topics(): TopicDescription[] {
    this.#checkOpen();
    return Array.from(this.#topics.values(), (topic) => topic.describe());
  }

  /** Throws ERR_MILLRACE_UNKNOWN_TOPIC when there is none of that name. */
  topic(name: string): TopicDescription {
    this.#checkOpen();
    return this.#admin.get(name).describe();
  }

  /** All settings that a topic has: its own, the store's defaults, Kafka's. */
  topicConfig(name: string): Record<TopicConfigName, ConfigValue> {
    this.#checkOpen();
    return effectiveConfig(this.#admin.get(name).config, this.#environment.defaults);
  }

  /**
   * The log of a partition, opened when it is asked for the first time, the same object each time. Errors: UNKNOWN_TOPIC, CLOSED, IO, and
   * CORRUPT or UNSUPPORTED for one that could not be recovered.
   */
  partition(topic: string, partition: number): PartitionLog {
    this.#checkOpen();
    return this.#log(topic, partition);
  }

  /**
   * A producer for this store's topics; with a `transactionalId` one that writes in transactions. It is closed with the store, and then does not wait
   * for a full disk; what a transaction has open is aborted. Errors: INVALID_ARGUMENT, CLOSED.
   */
  producer(options: TransactionalProducerOptions): TransactionalProducer;
  producer(options?: ProducerOptions): Producer;
  producer(options: ProducerOptions | TransactionalProducerOptions = {}): Producer | TransactionalProducer {
    this.#checkOpen();
    return this.#producers.open(options);
  }

  /** The transactional ids that are known, with what each has open (KIP-664). Settles at once when there have been none. */
  async transactions(filter?: TransactionFilter): Promise<TransactionDescription[]> {
    this.#checkOpen();
    return this.#transactions.list(filter);
  }

  /**
   * Where a consumer group has committed that it goes on, partition by partition, as `consumer.assign` takes it: what a transaction committed
   * with its records, and not what one has open or has aborted.
   */
  async committedOffsets(group: string): Promise<CommittedOffset[]> {
    this.#checkOpen();
    return this.#transactions.committedOffsets(group);
  }

  /** The partitions that were asked for since the store was opened, or had segments to be removed. Opens none. */
  openPartitions(): OpenPartition[] {
    this.#checkOpen();
    return openPartitionsOf(this.#partitions());
  }

  /** Those that were not closed, or are still being closed. */
  openProducers(): Producer[] {
    this.#checkOpen();
    return this.#producers.list();
  }

  /** Those that were not closed and that somebody has. */
  openConsumers(): Consumer[] {
    this.#checkOpen();
    return this.#consumers.list();
  }

  /** A reader of partitions that waits for more. It ends with the store, and has nothing of the store's to be closed. */
  consumer(options?: ConsumerOptions): Consumer {
    this.#checkOpen();
    return this.#consumers.open(options);
  }

  /**
   * Makes all logs durable and writes up to where they need no recovery, and where they start: what the store does by itself every
   * `checkpointIntervalMs`. Settles when it is done.
   */
  async checkpoint(): Promise<void> {
    this.#checkOpen();
    return this.#housekeeping.checkpoint();
  }

  /**
   * Removes segments that have had their time by their topics' `cleanup.policy`, `retention.ms` and `retention.bytes`: what the store does by
   * itself every `retentionCheckIntervalMs`. Settles when their files are gone. A log that fails does not keep others from it.
   */
  async retain(): Promise<void> {
    this.#checkOpen();
    return this.#housekeeping.retain();
  }

  /**
   * Closes all logs and ends the store's threads; idempotent. What was appended is durable when this resolves. Rejects when that could not
   * be done; everything is released all the same, and the next open recovers.
   */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#producers.close();
    await this.#transactions.close();
    return closeStore(this.#environment, {
      admin: this.#admin,
      housekeeping: this.#housekeeping,
      partitions: () => this.#partitions(),
      release: () => {
        if (this.#ownSystem) this.#environment.system.close();
        this.#lock.release();
      },
    });
  }

  #log(topic: string, partition: number): PartitionLog {
    const found = this.#admin.get(topic).partition(partition);
    if (found.log === null) found.opened(openPartition(this.#environment, found));
    return found.log!;
  }

  *#partitions(): Iterable<Partition> {
    for (const topic of this.#topics.values()) {
      for (const partition of topic.partitions) if (partition !== null) yield partition;
    }
  }

  #checkOpen(): void {
    if (this.#closing === null) return;
    throw new MillraceError('ERR_MILLRACE_CLOSED', `the store in ${this.directory} is closed`, {
      path: this.directory,
    });
  }
}
