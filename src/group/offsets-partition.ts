/**
 * A partition of `__consumer_offsets` as the coordinator of its groups has it: the log, and the committed offsets that it tells of.
 *
 * The log is the truth: what is appended here is taken in by reading it, as is what transactions write without a coordinator, so all of it comes in the
 * order of the log. An append that fails has changed nothing.
 */
import type { PartitionLog } from '../log/partition-log.ts';
import type { ProducerStamp } from '../log/producer-stamp.ts';
import type { Receipt } from '../log/receipt.ts';
import type { RecordBatch } from '../record/record-batch.ts';
import type { Logger, Offset, RecordInput } from '../types.ts';
import { decodeGroupRecord, type GroupMetadata } from './group-metadata-format.ts';
import { OffsetTable } from './offset-table.ts';

export class OffsetsPartition {
  readonly #log: PartitionLog;
  readonly #offsets = new OffsetTable();
  #next: Offset;

  constructor(log: PartitionLog) {
    this.#log = log;
    this.#next = log.startOffset;
  }

  get isClosed(): boolean {
    return this.#log.isClosed;
  }

  /** Reads all of it, for the first time. What it says of groups: of each the last word. Errors: CORRUPT, and as a read. */
  async load(logger: Logger): Promise<Map<string, GroupMetadata>> {
    const groups = new Map<string, GroupMetadata>();
    const log = this.#log;
    while (this.#next < log.endOffset) {
      const run = await log.readAsync(this.#next);
      if (run.size === 0) break;
      for (const batch of run) {
        this.#take(batch);
        if (!batch.isControl) takeGroups(groups, batch, (details) => this.#warn(logger, details));
      }
    }
    return groups;
  }

  /** As the log has them now. */
  get offsets(): OffsetTable {
    const log = this.#log;
    while (this.#next < log.endOffset) {
      const run = log.read(this.#next);
      if (run.size === 0) break;
      for (const batch of run) this.#take(batch);
    }
    return this.#offsets;
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

  #take(batch: RecordBatch): void {
    this.#offsets.apply(batch);
    this.#next = batch.nextOffset;
  }

  #warn(logger: Logger, details: object): void {
    logger.warn?.({ path: this.#log.directory, ...details }, 'a group has a record of a later version');
  }
}

function takeGroups(groups: Map<string, GroupMetadata>, batch: RecordBatch, warn: (details: object) => void): void {
  for (const { key, value } of batch) {
    const record = decodeGroupRecord(key, value);
    if (record === null) continue;
    const { groupId } = record;
    if (record.kind === 'group') groups.set(groupId, record.metadata);
    else groups.delete(groupId);
    if (record.kind === 'unknown') warn({ groupId, version: record.version });
  }
}
