/**
 * `__transaction_state`: what a coordinator writes and loads, in the partition that Kafka's hash of the transactional id names.
 *
 * The format stands in transaction-log-format.ts. The logs are handed in; their topic is compacted, so each is about as long as it has ids.
 */
import type { PartitionLog } from '../log/partition-log.ts';
import type { Receipt } from '../log/receipt.ts';
import { coordinatorPartition } from '../protocol/coordinator-partition.ts';
import type { Logger } from '../types.ts';
import type { TransactionWrite } from './coordinator-step.ts';
import { decodeTransaction, encodeKey, encodeValue } from './transaction-log-format.ts';
import type { TransactionMetadata, TransactionVersion } from './transaction-metadata.ts';

export interface TransactionLogOptions {
  readonly partitionCount: number;
  /** The log of a partition, open. Throws what opening it throws. */
  readonly partition: (index: number) => PartitionLog;
  readonly version: TransactionVersion;
  readonly logger: Logger;
}

export class TransactionLog {
  readonly #options: TransactionLogOptions;

  constructor(options: TransactionLogOptions) {
    this.#options = options;
  }

  get partitionCount(): number {
    return this.#options.partitionCount;
  }

  partitionOf(transactionalId: string): number {
    return coordinatorPartition(transactionalId, this.#options.partitionCount);
  }

  /** The epoch of whoever coordinates the id: that of its partition's leader. Partitions refuse markers of an older one. */
  coordinatorEpoch(transactionalId: string): number {
    return Math.max(this.#options.partition(this.partitionOf(transactionalId)).leaderEpochs.latest, 0);
  }

  /** Appends; it holds when the receipt says that it is durable. */
  append({ transactionalId, value }: TransactionWrite): Receipt {
    const log = this.#options.partition(this.partitionOf(transactionalId));
    const bytes = value === null ? null : encodeValue(value, this.#options.version);
    return log.append([{ key: encodeKey(transactionalId), value: bytes }]);
  }

  /** What holds for each id of a partition. ERR_MILLRACE_CORRUPT for a record that is none, and as a read. */
  async load(index: number): Promise<Map<string, TransactionMetadata>> {
    const log = this.#options.partition(index);
    const loaded = new Map<string, TransactionMetadata>();
    for (let offset = log.startOffset; offset < log.endOffset;) {
      const run = await log.readAsync(offset);
      for (const batch of run) {
        offset = batch.nextOffset;
        if (batch.isControl) continue;
        for (const { key, value } of batch) this.#take(loaded, key, value, log.directory);
      }
    }
    return loaded;
  }

  #take(
    loaded: Map<string, TransactionMetadata>,
    key: Uint8Array | null,
    value: Uint8Array | null,
    path: string,
  ): void {
    const record = decodeTransaction(key, value);
    if (record.kind === 'transaction') loaded.set(record.transactionalId, record.metadata);
    else if (record.kind === 'tombstone') loaded.delete(record.transactionalId);
    else {
      const { what, version } = record;
      this.#options.logger.warn?.({ path, version }, `a transaction's state has a ${what} of a later version`);
    }
  }
}
