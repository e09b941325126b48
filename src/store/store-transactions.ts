/**
 * Transactions and committed offsets of a store: puts together the coordinator, its log `__transaction_state`, `__consumer_offsets` and the logs of
 * topics. The two topics are made when they are needed first, as Kafka makes them; the log is loaded when it is needed first, and at the opening
 * of a store that has it, since a crash may have left a decision there.
 */
import { isMillraceError } from '../errors.ts';
import type { GroupCoordinator } from '../group/group-requests.ts';
import { encodeOffsetKey, encodeOffsetValue } from '../group/offset-commit-format.ts';
import { groupError } from '../member/group-error.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { TopicLogs } from '../producer/topic-logs.ts';
import type { ProducerIdentity, TransactionDoor } from '../producer/transaction-door.ts';
import {
  CONSUMER_OFFSETS_TOPIC,
  coordinatorPartition,
  TRANSACTION_STATE_TOPIC,
} from '../protocol/coordinator-partition.ts';
import type { TransactionDescription, TransactionFilter } from '../transaction/transaction-listing.ts';
import { TransactionLog } from '../transaction/transaction-log.ts';
import type { TransactionRequests } from '../transaction/transaction-requests.ts';
import { type TransactionStatistics, Transactions } from '../transaction/transactions.ts';
import type { ConsumerGroupMetadata, OffsetToCommit, RecordInput, TopicPartition } from '../types.ts';
import type { InternalTopics } from './internal-topics.ts';
import type { StoreEnvironment } from './store-environment.ts';
import type { TransactionCoordinatorDoor } from './transaction-coordinator-door.ts';

export interface TransactionSettings {
  readonly transactionMaxTimeoutMs: number;
  readonly transactionalIdExpirationMs: number;
}

interface StoreParts {
  readonly internal: InternalTopics;
  readonly logs: TopicLogs;
  readonly nextProducerId: () => number;
  readonly settings: TransactionSettings;
  readonly groups: () => GroupCoordinator;
}

/** The layout of `__transaction_state` and the meaning of epochs: KIP-890. */
const VERSION = 2;
const NOTHING: TransactionStatistics = { ids: 0, open: 0, committed: 0, aborted: 0, timedOut: 0 };

export class StoreTransactions implements TransactionDoor, TransactionCoordinatorDoor {
  readonly logs: TopicLogs;
  readonly #environment: StoreEnvironment;
  readonly #parts: StoreParts;
  #loading: Promise<Transactions> | null = null;
  #loaded: Transactions | null = null;

  constructor(environment: StoreEnvironment, parts: StoreParts) {
    this.#environment = environment;
    this.#parts = parts;
    this.logs = parts.logs;
  }

  get clock(): StoreEnvironment['clock'] {
    return this.#environment.clock;
  }

  get statistics(): TransactionStatistics {
    return this.#loaded?.statistics ?? NOTHING;
  }

  /** Finishes what a crash left, if there can be something. Does not wait for it. */
  start(): void {
    if (!this.isMade) return;
    this.#transactions().catch((error: unknown) => {
      this.#environment.logger.error?.({ err: error }, 'the state of transactions could not be loaded');
    });
  }

  async init(...request: Parameters<TransactionDoor['init']>): ReturnType<TransactionDoor['init']> {
    return (await this.#transactions()).init(...request);
  }

  async addPartitions(...request: Parameters<TransactionDoor['addPartitions']>): Promise<void> {
    return (await this.#transactions()).addPartitions(...request);
  }

  async end(...request: Parameters<TransactionDoor['end']>): ReturnType<TransactionDoor['end']> {
    return (await this.#transactions()).end(...request);
  }

  fenced(...producer: Parameters<TransactionDoor['fenced']>): ReturnType<TransactionDoor['fenced']> {
    return this.#loaded!.fenced(...producer);
  }

  async list(filter?: TransactionFilter): Promise<TransactionDescription[]> {
    if (!this.isMade) return [];
    return (await this.#transactions()).list(filter);
  }

  get loaded(): TransactionRequests | null {
    return this.#loaded?.requests ?? null;
  }

  get isMade(): boolean {
    return this.#parts.internal.hasTransactionState;
  }

  async load(): Promise<TransactionRequests> {
    return (await this.#transactions()).requests;
  }

  async offsetsPartition(group: string): Promise<TopicPartition> {
    await this.#parts.internal.makeOffsets();
    return { topic: CONSUMER_OFFSETS_TOPIC, partition: this.#offsetsPartition(group) };
  }

  offsetRecords(group: string, offsets: readonly OffsetToCommit[]): RecordInput[] {
    const commitTimestamp = this.clock.now();
    return offsets.map(({ topic, partition, offset, leaderEpoch = -1, metadata = '' }) => ({
      key: encodeOffsetKey({ group, topic, partition }),
      value: encodeOffsetValue({ offset, leaderEpoch, metadata, commitTimestamp, topicId: null }),
    }));
  }

  async commitOffsets(
    group: ConsumerGroupMetadata,
    producer: ProducerIdentity,
    offsets: readonly OffsetToCommit[],
  ): Promise<void> {
    // Whom a coordinator takes for a client that knows no members, and checks nothing.
    if (group.memberId === '' || group.generationId < 0) throw groupError('UNKNOWN_MEMBER_ID', group.groupId);
    const { errors, isFull } = await this.#parts.groups().commitInTransaction({ ...group, ...producer, offsets });
    const error = errors.find((each) => each !== null) ?? null;
    if (error !== null) throw groupError(error, group.groupId, isFull);
  }

  /** What can be finished at once is. */
  async close(): Promise<void> {
    // Its failure was told to those who asked for it.
    const transactions = await this.#loading?.catch(() => undefined);
    await transactions?.close();
  }

  #offsetsPartition(group: string): number {
    return coordinatorPartition(group, this.logs.partitionCount(CONSUMER_OFFSETS_TOPIC));
  }

  #transactions(): Promise<Transactions> {
    if (this.#loading !== null) return this.#loading;
    const loading = this.#load();
    this.#loading = loading;
    loading.catch(() => {
      // The next one tries again.
      if (this.#loading === loading) this.#loading = null;
    });
    return loading;
  }

  async #load(): Promise<Transactions> {
    const { internal, logs, nextProducerId, settings } = this.#parts;
    const { clock, logger } = this.#environment;
    await internal.makeTransactionState();
    const log = new TransactionLog({
      partitionCount: logs.partitionCount(TRANSACTION_STATE_TOPIC),
      partition: (index) => logs.partition(TRANSACTION_STATE_TOPIC, index),
      version: VERSION,
      logger,
    });
    this.#loaded = await Transactions.load({
      log,
      clock,
      logger,
      nextProducerId,
      version: VERSION,
      timeoutMsMax: settings.transactionMaxTimeoutMs,
      expirationMs: settings.transactionalIdExpirationMs,
      markedLog: (partition) => this.#markedLog(partition),
    });
    return this.#loaded;
  }

  /** Null for a partition that was deleted: there is nothing to be marked. */
  #markedLog({ topic, partition }: TopicPartition): PartitionLog | null {
    try {
      return this.logs.partition(topic, partition);
    } catch (error) {
      if (isMillraceError(error, 'ERR_MILLRACE_UNKNOWN_TOPIC')) return null;
      throw error;
    }
  }
}
