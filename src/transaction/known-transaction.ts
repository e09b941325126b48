/** What a coordinator holds of one transactional id: what is written, and what is on its way. For the coordinator alone; others read. */
import type { TransactionWrite } from './coordinator-step.ts';
import { RemainingPartitions } from './remaining-partitions.ts';
import { NO_PRODUCER_EPOCH, type TransactionMetadata } from './transaction-metadata.ts';

export class KnownTransaction {
  readonly transactionalId: string;
  /** What holds: it is written. */
  metadata: TransactionMetadata;
  /** What will hold when it is written. Everybody else is asked to come again meanwhile. */
  pending: TransactionWrite | null = null;
  /** Partitions of a decided transaction whose marker is not known to be written. */
  unmarked = new RemainingPartitions();
  /** An epoch was taken to fence a producer, and the abort with it is not written yet: it is not taken again (versions 0 and 1). */
  hasFailedFence = false;
  /** Whose transaction was aborted since its time was over: it is told so, where another one would be told that it is fenced. */
  timedOut: { readonly producerId: number; readonly producerEpoch: number } | null = null;

  constructor(transactionalId: string, metadata: TransactionMetadata) {
    this.transactionalId = transactionalId;
    this.metadata = metadata;
  }

  /** Nothing of it is written. */
  get isNew(): boolean {
    return this.metadata.producerEpoch === NO_PRODUCER_EPOCH;
  }
}
