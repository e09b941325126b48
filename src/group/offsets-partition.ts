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
import { ConsumerGroupState } from './consumer/consumer-group-state.ts';
import { decodeConsumerRecord } from './consumer/consumer-record-format.ts';
import { decodeGroupRecord, type GroupMetadata } from './group-metadata-format.ts';
import { OffsetReader } from './offset-reader.ts';
import type { OffsetTable } from './offset-table.ts';

/** By group ids. */
export interface LoadedGroups {
  readonly classic: Map<string, GroupMetadata>;
  readonly consumer: Map<string, ConsumerGroupState>;
}

export class OffsetsPartition {
  readonly #log: PartitionLog;
  readonly #reader: OffsetReader;
  /** What the log says of groups: of each the last word. Null when they have been handed on: from then on only their coordinator writes of them. */
  #groups: LoadedGroups | null = noGroups();

  constructor(log: PartitionLog, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#log = log;
    this.#reader = new OffsetReader(log, {
      clock,
      deleteRetentionMs: log.settings.deleteRetentionMs,
      other: (key, value) => {
        if (this.#groups === null) return;
        takeGroup(this.#groups.classic, key, value, { logger, path: log.directory });
        takeConsumerGroup(this.#groups.consumer, key, value);
      },
      anew: () => {
        if (this.#groups !== null) this.#groups = noGroups();
      },
    });
  }

  get isClosed(): boolean {
    return this.#log.isClosed;
  }

  /** Reads all of it, once. Errors: CORRUPT, and as a read. */
  async load(): Promise<LoadedGroups> {
    await this.#reader.read();
    const groups = this.#groups ?? noGroups();
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

function noGroups(): LoadedGroups {
  return { classic: new Map(), consumer: new Map() };
}

function takeConsumerGroup(groups: Map<string, ConsumerGroupState>, key: Uint8Array, value: Uint8Array | null): void {
  const record = decodeConsumerRecord(key, value);
  if (record === null) return;
  const { groupId } = record;
  const state = groups.get(groupId) ?? new ConsumerGroupState(groupId);
  state.apply(record);
  if (state.isGone) groups.delete(groupId);
  else groups.set(groupId, state);
}

/** Takes in what a record says of a group, if it is about one. */
export function takeGroup(
  groups: Map<string, GroupMetadata>,
  key: Uint8Array,
  value: Uint8Array | null,
  { logger, path }: { readonly logger: Logger; readonly path: string },
): void {
  const record = decodeGroupRecord(key, value);
  if (record === null) return;
  const { groupId } = record;
  if (record.kind === 'group') groups.set(groupId, record.metadata);
  else groups.delete(groupId);
  if (record.kind === 'unknown')
    logger.warn?.({ path, groupId, version: record.version }, 'a group has a record of a later version');
}
