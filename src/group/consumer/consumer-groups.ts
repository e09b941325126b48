/** The groups of the consumer protocol in one partition of `__consumer_offsets`. */
import type { RecordInput } from '../../types.ts';
import type { GroupError, GroupListing } from '../group-requests.ts';
import type { ConsumerEnvironment } from './consumer-environment.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { ConsumerGroupChange } from './consumer-group-change.ts';
import { ConsumerGroupState } from './consumer-group-state.ts';
import { LEAVING_EPOCH, PAUSING_EPOCH } from './consumer-member.ts';
import { encodeConsumerRecord } from './consumer-record-format.ts';
import { type ConsumerHeartbeatAnswer, type ConsumerHeartbeatRequest, refusedHeartbeat } from './consumer-requests.ts';

export interface ConsumerGroupsOptions extends Omit<ConsumerEnvironment, 'write'> {
  /** Null when they stand in the log; else why they do not. */
  readonly append: (groupId: string, records: readonly RecordInput[]) => GroupError;
}

export class ConsumerGroups {
  readonly #groups = new Map<string, ConsumerGroup>();
  readonly #environment: ConsumerEnvironment;
  /** What is written in front of the next records of a group, in one go with them. */
  #leading: readonly RecordInput[] = [];

  constructor(states: ReadonlyMap<string, ConsumerGroupState>, { append, ...options }: ConsumerGroupsOptions) {
    this.#environment = {
      ...options,
      write: (groupId, records) => append(groupId, [...this.#leading, ...records.map(encodeConsumerRecord)]),
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

  /** `leading`: what ends the classic group of that name, if a group is made. */
  heartbeat(request: ConsumerHeartbeatRequest, leading: readonly RecordInput[] = []): ConsumerHeartbeatAnswer {
    const { groupId, memberEpoch } = request;
    const group = this.#groups.get(groupId) ?? (memberEpoch === 0 ? this.#made(groupId) : null);
    if (group === null) return refusedHeartbeat('GROUP_ID_NOT_FOUND', `there is no consumer group ${groupId}`);
    if (memberEpoch === LEAVING_EPOCH || memberEpoch === PAUSING_EPOCH) return group.leave(request);
    this.#leading = leading;
    const answer = group.heartbeat(request);
    this.#leading = [];
    if (group.state.isGone) this.drop(groupId);
    return answer;
  }

  /** What makes the log forget it. */
  tombstones(groupId: string): RecordInput[] {
    const change = new ConsumerGroupChange(this.#groups.get(groupId)!.state);
    change.forgetGroup();
    const records = change.records.map(encodeConsumerRecord);
    change.rollBack();
    return records;
  }

  /** The log has forgotten it. */
  drop(groupId: string): void {
    this.#groups.get(groupId)?.end();
    this.#groups.delete(groupId);
  }

  close(): void {
    for (const groupId of this.#groups.keys()) this.drop(groupId);
  }

  #made(groupId: string): ConsumerGroup {
    const group = new ConsumerGroup(new ConsumerGroupState(groupId), this.#environment);
    this.#groups.set(groupId, group);
    return group;
  }
}
