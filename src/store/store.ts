/**
 * A data directory: topics of partitions, for one process that writes and any number that read.
 *
 * Promises: what a method that changes topics promised has happened as a whole when its promise settles, and survives a crash; partitions are
 * opened when they are first asked for; `close` leaves the directory so that the next open, by this library or by Kafka, needs no recovery.
 * After a failed flush or write of the disk the store is offline: reads go on, every write fails with the same ERR_MILLRACE_OFFLINE, and
 * opening it again recovers. Not promised: use of one store from several threads.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Consumer } from '../consumer/consumer.ts';
import type { ConsumerOptions } from '../consumer/consumer-options.ts';
import type { PartitionConsumer } from '../consumer/partition-consumer.ts';
import { invalidArgument, type MillraceError } from '../errors.ts';
import type { ConsumerGroupCoordinator } from '../group/consumer/consumer-requests.ts';
import type { GroupCoordinator } from '../group/group-requests.ts';
import type { Groups } from '../group/groups.ts';
import type { CommittedOffset } from '../group/offset-table.ts';
import type { GroupConsumer } from '../member/group-consumer.ts';
import type { GroupConsumerOptions } from '../member/group-consumer-options.ts';
import type { Producer } from '../producer/producer.ts';
import type { ProducerOptions } from '../producer/producer-options.ts';
import type { TransactionalProducerOptions } from '../producer/transactional-options.ts';
import type { TransactionalProducer } from '../producer/transactional-producer.ts';
import type { TransactionDescription, TransactionFilter } from '../transaction/transaction-listing.ts';
import type { CompactionResult } from './compaction-statistics.ts';
import { Compactor, compactorSettings } from './compactor.ts';
import { Housekeeping } from './housekeeping.ts';
import { InternalTopics } from './internal-topics.ts';
import type { MetaProperties } from './meta-properties.ts';
import { OpenConsumers } from './open-consumers.ts';
import { OpenPorts } from './open-ports.ts';
import { OpenProducers } from './open-producers.ts';
import { ProducerIds } from './producer-ids.ts';
import type { RecoveryReport } from './recovery.ts';
import { closeStore } from './store-closing.ts';
import { checkChange, type StoreChange } from './store-change.ts';
import { writing } from './store-environment.ts';
import { type StoreGroups, storeGroups } from './store-groups.ts';
import type { StoreLock } from './store-lock.ts';
import { type OpenedParts, openParts } from './store-opening.ts';
import type { CheckedOptions } from './store-options.ts';
import { storeStatistics, type StoreStatistics } from './store-statistics.ts';
import { StoreTransactions } from './store-transactions.ts';
import { TopicStore } from './topic-store.ts';
import type { TransactionCoordinatorDoor } from './transaction-coordinator-door.ts';

export class Store extends TopicStore {
  readonly isReadOnly = false;
  /** What the open found. */
  readonly recovery: RecoveryReport;
  /** Ids for producers, each given out once in the life of the directory. */
  readonly producerIds: ProducerIds;
  readonly #meta: MetaProperties;
  readonly #lock: StoreLock;
  readonly #housekeeping: Housekeeping;
  readonly #compactor: Compactor;
  readonly #ownSystem: boolean;
  readonly #producers: OpenProducers;
  readonly #transactions: StoreTransactions;
  readonly #groups: Groups;
  readonly #consumers: OpenConsumers;
  readonly #ports: OpenPorts;
  #closing: Promise<void> | null = null;

  /** Used by `openStore`, with options that were checked. */
  static async open(directory: string, options: CheckedOptions): Promise<Store> {
    const opened = await openParts(directory, options);
    const store = new Store(opened, options);
    if (opened.deleted !== null) await store.admin.finishDeletion(opened.deleted);
    return store;
  }

  private constructor(parts: OpenedParts, options: CheckedOptions) {
    const { environment, lock, meta, topics, recovery } = parts;
    super(environment, topics);
    this.#lock = lock;
    this.#meta = meta;
    this.recovery = recovery;
    this.#ownSystem = options.fileSystem === null;
    const logs = {
      partitionCount: (topic: string) => this.admin.get(topic).partitions.length,
      partition: (topic: string, partition: number) => this.log(topic, partition),
    };
    this.producerIds = new ProducerIds(environment);
    const internal = new InternalTopics(this.admin, options);
    const nextProducerId = (): number => this.producerIds.next();
    const rest = { admin: this.admin, internal, logs, nextProducerId, settings: options, groups: () => this.#groups };
    this.#transactions = new StoreTransactions(environment, rest);
    this.#groups = storeGroups(environment, rest);
    this.#ports = new OpenPorts(this.#groups, environment);
    this.#consumers = new OpenConsumers({
      logs: this,
      topics: { partitionCount: (topic) => this.admin.find(topic)?.partitions.length ?? 0, names: () => topics.keys() },
      ...environment,
      coordinator: () => this.#groups,
    });
    this.#producers = new OpenProducers(logs, { ...environment, producerIds: this.producerIds }, this.#transactions);
    this.#housekeeping = new Housekeeping(environment, () => this.partitions(), options);
    this.#compactor = new Compactor(environment, {
      ...compactorSettings(options),
      partitions: () => this.partitions(),
      open: (partition) => this.open(partition),
    });
    this.#housekeeping.start();
    this.#compactor.start();
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

  /** Runs a write of a file that somebody keeps in the directory beside ours; a disk failure in it takes the directory offline, as any other does. */
  writing<T>(work: () => T): T {
    this.checkOpen();
    return writing(this.environment, work);
  }

  /** Throws what `configure` would refuse it for, and changes nothing. */
  checkConfigure(change: StoreChange): void {
    this.checkOpen();
    checkChange(change);
    this.admin.checkDefaults(change.defaults);
  }

  /** Other options while it is open: all of them or none. They are not written down: the next open is told them again. Errors: INVALID_ARGUMENT, OFFLINE, CLOSED. */
  async configure(change: StoreChange): Promise<void> {
    this.checkOpen();
    const checked = checkChange(change);
    await this.admin.changeDefaults(change.defaults);
    this.environment.producerIdExpirationMs = checked.producerIdExpirationMs;
    this.#compactor.configure(compactorSettings(checked));
  }

  /** Why the store is offline, or null. */
  get failure(): MillraceError | null {
    return this.environment.health.failure;
  }

  /** Ends all writing, as a failed disk does: for who knows of a failure that the store cannot see, and for tests. Returns what every write throws then. */
  takeOffline(cause: Error): MillraceError {
    return this.environment.health.fail(cause);
  }

  override get isClosed(): boolean {
    return this.#closing !== null;
  }

  get statistics(): StoreStatistics {
    const [compaction, transactions] = [this.#compactor.statistics, this.#transactions.statistics];
    const counts = { compaction, retention: this.#housekeeping.retention.statistics, transactions };
    return storeStatistics(this.environment, this.topicCount, this.partitions(), counts);
  }

  /**
   * A producer for this store's topics; with a `transactionalId` one that writes in transactions. It is closed with the store, and then does not wait
   * for a full disk; what a transaction has open is aborted. Errors: INVALID_ARGUMENT, CLOSED.
   */
  producer(options: TransactionalProducerOptions): TransactionalProducer;
  producer(options?: ProducerOptions): Producer;
  producer(options: ProducerOptions | TransactionalProducerOptions = {}): Producer | TransactionalProducer {
    this.checkOpen();
    return this.#producers.open(options);
  }

  /** For a broker: the coordinator with answers as Kafka's clients expect them. */
  get transactionCoordinator(): TransactionCoordinatorDoor {
    this.checkOpen();
    return this.#transactions;
  }

  /** The coordinator of consumer groups, for a broker and for consumers. */
  get groupCoordinator(): GroupCoordinator & ConsumerGroupCoordinator {
    this.checkOpen();
    return this.#groups;
  }

  /**
   * A way to the coordinator for consumers in another thread, which has the store open for reading: to be transferred to it, and given to them as `coordinator`. What joins
   * through it leaves when that thread ends. Closed with the store.
   */
  coordinatorPort(): MessagePort {
    this.checkOpen();
    return this.#ports.open();
  }

  /** What there is to be seen of consumer groups. */
  get groups(): StoreGroups {
    return this.#groups;
  }

  /** The transactional ids that are known, with what each has open (KIP-664). Settles at once when there have been none. */
  async transactions(filter?: TransactionFilter): Promise<TransactionDescription[]> {
    this.checkOpen();
    return this.#transactions.list(filter);
  }

  /** Where a consumer group has committed that it goes on, as `consumer.assign` takes it: also what a transaction committed, and not what one has open or has aborted. */
  async committedOffsets(group: string): Promise<CommittedOffset[]> {
    this.checkOpen();
    if (typeof group !== 'string') throw invalidArgument('group', 'the name of a group', group);
    return this.#groups.committed(group);
  }

  /** Those that were not closed, or are still being closed. */
  openProducers(): Producer[] {
    this.checkOpen();
    return this.#producers.list();
  }

  /** Those that were not closed and that somebody has. */
  openConsumers(): PartitionConsumer[] {
    this.checkOpen();
    return this.#consumers.list();
  }

  /**
   * A reader of partitions that waits for more. It ends with the store, and has nothing of the store's to be closed. With a `groupId` a member of a consumer group, to which its
   * group gives partitions: one that is closed leaves its group at once.
   */
  consumer(options: GroupConsumerOptions): GroupConsumer;
  consumer(options?: ConsumerOptions): Consumer;
  consumer(options?: ConsumerOptions | GroupConsumerOptions): PartitionConsumer {
    this.checkOpen();
    return this.#consumers.open(options);
  }

  /**
   * Makes all logs durable and writes up to where they need no recovery, and where they start: what the store does by itself every
   * `checkpointIntervalMs`. Settles when it is done.
   */
  async checkpoint(): Promise<void> {
    this.checkOpen();
    return this.#housekeeping.checkpoint();
  }

  /**
   * Removes segments that have had their time by their topics' `cleanup.policy`, `retention.ms` and `retention.bytes`: what the store does by
   * itself every `retentionCheckIntervalMs`. Settles when the log starts are on stable storage and the segments are gone for everybody; their files follow on
   * another thread, and `removed` of each log settles when they are gone. A log that fails does not keep others from it.
   */
  async retain(): Promise<void> {
    this.checkOpen();
    return this.#housekeeping.retain();
  }

  /**
   * Compacts a log now: of each key the newest record stays, the others go; what the store does by itself when enough of a log is new. Only sealed
   * segments are compacted, and what the topic's settings protect stays. Settles when it is done. Errors: UNKNOWN_TOPIC, INVALID_ARGUMENT for
   * a topic whose `cleanup.policy` is not to compact, CORRUPT, NO_SPACE (the log is whole and may be compacted later), OFFLINE, CLOSED.
   */
  async compact(topic: string, partition: number): Promise<CompactionResult> {
    this.checkOpen();
    return this.#compactor.compact(this.admin.get(topic).partition(partition));
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
    await this.#consumers.close();
    await this.#producers.close();
    await this.#transactions.close();
    await this.admin.idle();
    await this.#groups.close();
    this.#ports.close();
    return closeStore(this.environment, {
      admin: this.admin,
      housekeeping: this.#housekeeping,
      compactor: this.#compactor,
      partitions: () => this.partitions(),
      release: () => {
        if (this.#ownSystem) this.environment.system.close();
        this.#lock.release();
      },
    });
  }
}
