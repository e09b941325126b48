/**
 * A partition of `__consumer_offsets` as the coordinator of its groups has it: the log, and the committed offsets that it tells of.
 *
 * The log is the truth: what is appended here is taken in by reading it, as is what transactions write without a coordinator, so all of it comes in the
 * order of the log. An append that fails has changed nothing.
 */
import type { Clock } from '../clock.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { ProducerStamp } from '../log/producer-stamp.ts';
import type { Receipt } from '../log/receipt.ts';
import type { Logger, RecordInput } from '../types.ts';
import { OffsetReader } from './offset-reader.ts';
import type { OffsetTable } from './offset-table.ts';
import { RecordedGroups } from './recorded-groups.ts';

export class OffsetsPartition {
  readonly #log: PartitionLog;
  readonly #reader: OffsetReader;
  /** What the log says of groups: of each the last word. Null when they have been handed on: from then on only their coordinator writes of them. */
  #groups: RecordedGroups | null;

  constructor(log: PartitionLog, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#log = log;
    this.#groups = new RecordedGroups({ logger, path: log.directory });
    this.#reader = new OffsetReader(log, {
      clock,
      deleteRetentionMs: log.settings.deleteRetentionMs,
      other: (key, value) => this.#groups?.take(key, value),
      anew: () => this.#groups?.clear(),
    });
  }

  get isClosed(): boolean {
    return this.#log.isClosed;
  }

  /** Reads all of it, once. Errors: CORRUPT, and as a read. */
  async load(): Promise<RecordedGroups> {
    await this.#reader.read();
    const groups = this.#groups!;
    this.#groups = null;
    return groups;
  }

  /** As the log has them now. */
  get offsets(): OffsetTable {
    return this.#reader.catchUp();
  }

  /** Visible when it returns. Errors: as `PartitionLog.append`. */
  append(records: readonly RecordInput[], producer?: ProducerStamp): Receipt {
    return this.#log.append(records, { producer });
  }

  /**
   * Waits until what was appended is as safe as the topic's settings ask: on stable storage with `flush.messages=1`, else it is already. False when it cannot
   * be: the directory is offline, or closed.
   */
  async isSafe(receipt: Receipt | null): Promise<boolean> {
    if (receipt === null || this.#log.settings.flushMessages > 1) return true;
    try {
      await receipt.durable;
      return true;
    } catch {
      // Whoever closed it knows, and an offline store has told why.
      return false;
    }
  }
}
