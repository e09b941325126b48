/** How a member with the classic protocol stands in a group of the consumer protocol: who it is, and whether it has to join again. */
import type { GroupError, MemberIdentity } from '../group-requests.ts';
import type { ConsumerGroupState } from './consumer-group-state.ts';
import type { ConsumerMember } from './consumer-member.ts';

/** The member that asks, or why it is none. */
export function findClassic(
  state: ConsumerGroupState,
  { memberId, groupInstanceId, generationId }: MemberIdentity,
): ConsumerMember | { readonly error: Exclude<GroupError, null> } {
  const member = groupInstanceId === null ? state.members.get(memberId) : state.staticMember(groupInstanceId);
  if (member === undefined || member === null) return { error: 'UNKNOWN_MEMBER_ID' };
  if (member.memberId !== memberId) return { error: 'FENCED_INSTANCE_ID' };
  if (member.subscription.classic === null) return { error: 'UNKNOWN_MEMBER_ID' };
  return generationId === member.current.epoch ? member : { error: 'ILLEGAL_GENERATION' };
}

/** There is another epoch, it has to let go of something, or what it has waited for is free. */
export function mustRejoin(state: ConsumerGroupState, member: ConsumerMember): boolean {
  const { current } = member;
  if (current.epoch < state.epoch || current.state === 'unrevoked') return true;
  return current.state === 'unreleased' && !waitsForOthers(state, member);
}

/** What it is to have by now is not what it is about to be told. Who has to let go of something first has joined for that. */
export function isOutdated({ epoch }: ConsumerGroupState, { current }: ConsumerMember): boolean {
  return current.epoch < epoch && current.state !== 'unrevoked';
}

function waitsForOthers(state: ConsumerGroupState, { memberId, current }: ConsumerMember): boolean {
  for (const [topicId, partitions] of state.target(memberId)) {
    const has = current.assigned.get(topicId);
    for (const partition of partitions)
      if (has?.has(partition) !== true && state.ownerOf(topicId, partition) !== null) return true;
  }
  return false;
}
