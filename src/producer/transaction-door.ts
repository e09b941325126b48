/** What a transactional producer asks of the store that it writes to: types only, since the store puts it together. */
import type { Clock } from '../clock.ts';
import type { MillraceError } from '../errors.ts';
import type { ConsumerGroupMetadata, OffsetToCommit, RecordInput, TopicPartition } from '../types.ts';
import type { TopicLogs } from './topic-logs.ts';

/** Whose a transaction is: the epoch is another one for each. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface TransactionDoor {
  readonly logs: TopicLogs;
  readonly clock: Clock;
  /** An identity that fences all before; with `expected`, one that goes on from there or is told that it is fenced. */
  init(transactionalId: string, timeoutMs: number, expected: ProducerIdentity | null): Promise<ProducerIdentity>;
  addPartitions(
    transactionalId: string,
    producer: ProducerIdentity,
    partitions: readonly TopicPartition[],
  ): Promise<void>;
  /** Settles with the identity for the next transaction, when readers of committed records see the end of this one. */
  end(transactionalId: string, producer: ProducerIdentity, type: 'commit' | 'abort'): Promise<ProducerIdentity>;
  /** Why a producer is not known any more. */
  fenced(transactionalId: string, producer: ProducerIdentity): MillraceError;
  /** The partition of `__consumer_offsets` that is a group's. */
  offsetsPartition(group: string): Promise<TopicPartition>;
  /** Commits offsets in the name of a member of a group, if it is one. Its partition must be in the transaction. Errors: as of the group. */
  commitOffsets(
    group: ConsumerGroupMetadata,
    producer: ProducerIdentity,
    offsets: readonly OffsetToCommit[],
  ): Promise<void>;
  offsetRecords(group: string, offsets: readonly OffsetToCommit[]): RecordInput[];
}
