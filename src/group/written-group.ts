/**
 * What the log tells of a classic group, in the words of its coordinator. The log has generations that were assigned, and the end of the last one: of a
 * rebalance that is going on only the coordinator knows.
 */
import { NO_BYTES } from './classic/group-member.ts';
import type { GroupMetadata } from './group-metadata-format.ts';
import type { GroupDescription } from './group-requests.ts';

/** `metadata`: null for a group that has never had members. */
export function describeWritten(groupId: string, metadata: GroupMetadata | null): GroupDescription {
  const members = metadata?.members ?? [];
  const isStable = members.length > 0;
  return {
    error: null,
    groupId,
    state: isStable ? 'Stable' : 'Empty',
    protocolType: metadata?.protocolType ?? '',
    protocolName: (isStable ? metadata?.protocolName : null) ?? '',
    members: members.map(({ memberId, groupInstanceId, clientId, clientHost, subscription, assignment }) => ({
      memberId,
      groupInstanceId,
      clientId,
      clientHost,
      metadata: isStable ? subscription : NO_BYTES,
      assignment,
    })),
  };
}

/** Of a group of which neither a coordinator nor the log knows anything. */
export function unknownGroup(groupId: string): GroupDescription {
  return { error: 'GROUP_ID_NOT_FOUND', groupId, state: 'Dead', protocolType: '', protocolName: '', members: [] };
}
