/** The groups of the consumer protocol in one partition of `__consumer_offsets`, those included that are made of classic groups. */
import type { RecordInput } from '../../types.ts';
import type { GroupError, GroupListing } from '../group-requests.ts';
import type { DowngradedGroup } from '../migration/group-downgrade.ts';
import type { ConsumerEnvironment } from './consumer-environment.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { ConsumerGroupChange } from './consumer-group-change.ts';
import { ConsumerGroupState } from './consumer-group-state.ts';
import { LEAVING_EPOCH, PAUSING_EPOCH } from './consumer-member.ts';
import type { ConsumerRecord } from './consumer-record.ts';
import { encodeConsumerRecord } from './consumer-record-format.ts';
import { type ConsumerHeartbeatAnswer, type ConsumerHeartbeatRequest, refusedHeartbeat } from './consumer-requests.ts';

export interface ConsumerGroupsOptions extends Omit<ConsumerEnvironment, 'write' | 'downgrade'> {
  /** Null when the records that it is handed a way to make stand in the log; else why they do not. */
  readonly append: (groupId: string, encode: () => readonly RecordInput[]) => GroupError;
  /** As `append`; then the group is a classic one. */
  readonly downgrade: (groupId: string, encode: () => readonly RecordInput[], group: DowngradedGroup) => GroupError;
}

/** What stood in the place of a group that is made. */
export interface ClassicBefore {
  /** What takes it out of the log. */
  readonly tombstone: RecordInput;
  /** What of it is true of the new group. */
  readonly records: readonly ConsumerRecord[];
}

export class ConsumerGroups {
  readonly #groups = new Map<string, ConsumerGroup>();
  readonly #environment: ConsumerEnvironment;
  /** Whose place is taken: written in front of the next records of a group, in one go with them. */
  #before: ClassicBefore | null = null;

  constructor(
    states: ReadonlyMap<string, ConsumerGroupState>,
    { append, downgrade, ...options }: ConsumerGroupsOptions,
  ) {
    this.#environment = {
      ...options,
      write: (groupId, records) => append(groupId, () => [...this.#leading(), ...records.map(encodeConsumerRecord)]),
      downgrade: (groupId, records, group) => downgrade(groupId, () => records.map(encodeConsumerRecord), group),
    };
    for (const [groupId, state] of states) this.#groups.set(groupId, new ConsumerGroup(state, this.#environment));
  }

  get(groupId: string): ConsumerGroup | undefined {
    return this.#groups.get(groupId);
  }

  get all(): ReadonlyMap<string, ConsumerGroup> {
    return this.#groups;
  }

  list(): GroupListing[] {
    return Array.from(this.#groups.values(), ({ state }) => ({
      groupId: state.groupId,
      protocolType: 'consumer',
      state: state.state,
      type: 'consumer',
    }));
  }

  /** By which assignor it assigns, and for how many; null where there is no such group. */
  size(groupId: string): { readonly protocolName: string; readonly memberCount: number } | null {
    const state = this.#groups.get(groupId)?.state;
    if (state === undefined) return null;
    const protocolName = state.preferredAssignor ?? this.#environment.settings.groupConsumerAssignors[0];
    return { protocolName, memberCount: state.members.size };
  }

  /** `before`: the classic group whose place is taken, if a group is made. One that cannot be written was never made. */
  heartbeat(request: ConsumerHeartbeatRequest, before: ClassicBefore | null = null): ConsumerHeartbeatAnswer {
    const { groupId, memberEpoch } = request;
    const known = this.#groups.get(groupId);
    const group = known ?? (memberEpoch === 0 ? this.#made(groupId, before?.records ?? []) : null);
    if (group === null) return refusedHeartbeat('GROUP_ID_NOT_FOUND', `there is no consumer group ${groupId}`);
    if (memberEpoch === LEAVING_EPOCH || memberEpoch === PAUSING_EPOCH) return group.leave(request);
    let isIn = false;
    this.#before = before;
    try {
      const answer = group.heartbeat(request);
      isIn = answer.error === null;
      return answer;
    } finally {
      this.#before = null;
      if (known === undefined && !isIn) this.drop(groupId);
    }
  }

  /** What makes the log forget it. */
  tombstones(groupId: string): RecordInput[] {
    const change = new ConsumerGroupChange(this.#groups.get(groupId)!.state);
    change.forgetGroup();
    const records = change.records.map(encodeConsumerRecord);
    change.rollBack();
    return records;
  }

  /** The log has forgotten it. `error`: what members are told that wait for a rebalance. */
  drop(groupId: string, error: GroupError = 'NOT_COORDINATOR'): void {
    this.#groups.get(groupId)?.end(error);
    this.#groups.delete(groupId);
  }

  close(): void {
    for (const groupId of this.#groups.keys()) this.drop(groupId);
  }

  #leading(): RecordInput[] {
    return this.#before === null ? [] : [this.#before.tombstone, ...this.#before.records.map(encodeConsumerRecord)];
  }

  #made(groupId: string, records: readonly ConsumerRecord[]): ConsumerGroup {
    const state = new ConsumerGroupState(groupId);
    for (const record of records) state.apply(record);
    const group = new ConsumerGroup(state, this.#environment);
    this.#groups.set(groupId, group);
    return group;
  }
}
