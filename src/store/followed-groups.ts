/**
 * The groups of a directory that another process may be writing, as its log tells of them: members and what they are assigned of the last generation that was
 * assigned, and committed offsets. A group that is rebalancing is shown as it was before.
 */
import type { GroupDescription, GroupListing } from '../group/group-requests.ts';
import type { GroupSummary, GroupView } from '../group/group-view.ts';
import { describeWritten, unknownGroup } from '../group/written-group.ts';
import type { FollowedOffsets, FollowedPartitionOfGroups } from './followed-offsets.ts';

export class FollowedGroups implements GroupView {
  readonly #offsets: FollowedOffsets;

  constructor(offsets: FollowedOffsets) {
    this.#offsets = offsets;
  }

  async list(): Promise<GroupListing[]> {
    return (await this.summaries()).map(({ groupId, protocolType, state, type }) => ({
      groupId,
      protocolType,
      state,
      type,
    }));
  }

  async describe(groupIds: readonly string[]): Promise<GroupDescription[]> {
    return Promise.all(
      groupIds.map(async (groupId) => {
        const found = await this.#offsets.of(groupId);
        return found !== null && isKnown(found, groupId)
          ? describeWritten(groupId, found.groups.get(groupId) ?? null)
          : unknownGroup(groupId);
      }),
    );
  }

  async summaries(): Promise<GroupSummary[]> {
    return (await this.#offsets.all()).flatMap((partition) => {
      const { groups, offsets } = partition;
      return Array.from(new Set([...groups.keys(), ...offsets.groups()]), (groupId): GroupSummary => {
        const { state, protocolType, protocolName, members } = describeWritten(groupId, groups.get(groupId) ?? null);
        const memberCount = members.length;
        const stored = (): ReturnType<GroupSummary['offsets']> => offsets.stored(groupId);
        return { groupId, state, type: 'classic', protocolType, protocolName, memberCount, offsets: stored };
      });
    });
  }
}

function isKnown({ groups, offsets }: FollowedPartitionOfGroups, groupId: string): boolean {
  return groups.has(groupId) || offsets.isKnown(groupId);
}
