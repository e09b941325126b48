/** What a store gives to a broker, whose clients write in transactions: types only, since the store puts it together. */
import type { TransactionRequests } from '../transaction/transaction-requests.ts';
import type { OffsetToCommit, RecordInput, TopicPartition } from '../types.ts';

export interface TransactionCoordinatorDoor {
  /** There is a log of transactions: without one no transactional id is known. */
  readonly isMade: boolean;
  /** Null until the log has been loaded. */
  readonly loaded: TransactionRequests | null;
  /** Loads the log, and makes it where there is none. */
  load(): Promise<TransactionRequests>;
  /** The partition of `__consumer_offsets` that is a group's. Makes the topic where there is none. */
  offsetsPartition(group: string): Promise<TopicPartition>;
  /** What is written there for offsets that a group commits. */
  offsetRecords(group: string, offsets: readonly OffsetToCommit[]): RecordInput[];
}
