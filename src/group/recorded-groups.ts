/** The groups that records of `__consumer_offsets` tell of, of either protocol: of each the last word. */
import type { Logger } from '../types.ts';
import { ConsumerGroupState } from './consumer/consumer-group-state.ts';
import { decodeConsumerRecord } from './consumer/consumer-record-format.ts';
import { decodeGroupRecord, type GroupMetadata } from './group-metadata-format.ts';

export class RecordedGroups {
  /** By their ids: those that have had members. */
  readonly classic = new Map<string, GroupMetadata>();
  readonly consumer = new Map<string, ConsumerGroupState>();
  readonly #source: { readonly logger: Logger; readonly path: string };

  /** `path` is where the records stand. */
  constructor(source: { readonly logger: Logger; readonly path: string }) {
    this.#source = source;
  }

  /** Takes in what a record says, if it is about a group. In the order of the log. Errors: CORRUPT. */
  take(key: Uint8Array, value: Uint8Array | null): void {
    this.#takeClassic(key, value);
    const record = decodeConsumerRecord(key, value);
    if (record === null) return;
    const { groupId, kind, value: said } = record;
    const known = this.consumer.get(groupId);
    // A compacted log may tell of targets and expressions first: what is not forgotten by its own tombstone is there.
    if (kind === 'group' && said === null) this.consumer.delete(groupId);
    else if (known !== undefined) known.apply(record);
    else if (said !== null) this.#begin(groupId).apply(record);
  }

  clear(): void {
    this.classic.clear();
    this.consumer.clear();
  }

  #begin(groupId: string): ConsumerGroupState {
    const state = new ConsumerGroupState(groupId);
    this.consumer.set(groupId, state);
    return state;
  }

  #takeClassic(key: Uint8Array, value: Uint8Array | null): void {
    const record = decodeGroupRecord(key, value);
    if (record === null) return;
    const { groupId } = record;
    if (record.kind === 'group') this.classic.set(groupId, record.metadata);
    else this.classic.delete(groupId);
    if (record.kind !== 'unknown') return;
    const { logger, path } = this.#source;
    logger.warn?.({ path, groupId, version: record.version }, 'a group has a record of a later version');
  }
}
