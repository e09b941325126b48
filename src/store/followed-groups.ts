/**
 * The groups of a directory that another process may be writing, as its log tells of them: members and what they are assigned, and committed offsets. Of a group of the
 * classic protocol the log has the last generation that was assigned, so one that is rebalancing is shown as it was before; of one of the consumer protocol it
 * has each step.
 */
import { describeConsumerGroup } from '../group/consumer/consumer-group-description.ts';
import type { ConsumerGroupState } from '../group/consumer/consumer-group-state.ts';
import type { GroupListing } from '../group/group-requests.ts';
import type { GroupSummary, GroupView } from '../group/group-view.ts';
import { shownClassic, shownConsumer, type ShownGroup } from '../group/shown-group.ts';
import { describeWritten } from '../group/written-group.ts';
import type { FollowedOffsets, FollowedPartitionOfGroups, FollowedTopics } from './followed-offsets.ts';

export class FollowedGroups implements GroupView {
  readonly #offsets: FollowedOffsets;
  readonly #topics: Pick<FollowedTopics, 'topics'>;
  /** The assignor of groups of the consumer protocol that ask for none. */
  readonly #defaultAssignor: string;

  constructor(offsets: FollowedOffsets, topics: Pick<FollowedTopics, 'topics'>, defaultAssignor: string) {
    this.#offsets = offsets;
    this.#topics = topics;
    this.#defaultAssignor = defaultAssignor;
  }

  async list(): Promise<GroupListing[]> {
    return (await this.summaries()).map(({ groupId, protocolType, state, type }) => ({
      groupId,
      protocolType,
      state,
      type,
    }));
  }

  async show(groupId: string): Promise<ShownGroup | null> {
    const found = await this.#offsets.of(groupId);
    if (found === null) return null;
    const state = found.groups.consumer.get(groupId);
    if (state !== undefined) return this.#shown(state);
    const metadata = found.groups.classic.get(groupId) ?? null;
    const isKnown = metadata !== null || found.offsets.isKnown(groupId);
    return isKnown ? shownClassic(describeWritten(groupId, metadata)) : null;
  }

  async summaries(): Promise<GroupSummary[]> {
    return (await this.#offsets.all()).flatMap((partition) => {
      const { groups, offsets } = partition;
      const groupIds = new Set([...groups.classic.keys(), ...groups.consumer.keys(), ...offsets.groups()]);
      return Array.from(groupIds, (groupId) => this.#summary(groupId, partition));
    });
  }

  #summary(groupId: string, { groups, offsets }: FollowedPartitionOfGroups): GroupSummary {
    const stored = (): ReturnType<GroupSummary['offsets']> => offsets.stored(groupId);
    const state = groups.consumer.get(groupId);
    if (state !== undefined) {
      const protocolName = state.preferredAssignor ?? this.#defaultAssignor;
      const facts = { type: 'consumer', protocolType: 'consumer', protocolName } as const;
      return { groupId, state: state.state, ...facts, memberCount: state.members.size, offsets: stored };
    }
    const written = describeWritten(groupId, groups.classic.get(groupId) ?? null);
    const { state: classicState, protocolType, protocolName, members } = written;
    const facts = { type: 'classic', protocolType, protocolName, memberCount: members.length } as const;
    return { groupId, state: classicState, ...facts, offsets: stored };
  }

  #shown(state: ConsumerGroupState): ShownGroup {
    const topics = new Map(
      this.#topics.topics().map(({ id, name, partitions }) => [id, { id, name, partitionCount: partitions }]),
    );
    const findById = (id: string) => topics.get(id) ?? null;
    return shownConsumer(describeConsumerGroup(state, { findById }, this.#defaultAssignor));
  }
}
