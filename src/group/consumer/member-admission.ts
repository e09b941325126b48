/** Which member of a group a heartbeat is of, and whether it may be: the first half of a heartbeat. Whoever joins anew is made, and a static member that is back takes its place. */
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { ConsumerGroupChange } from './consumer-group-change.ts';
import type { ConsumerGroupState } from './consumer-group-state.ts';
import { type ConsumerMember, newMember, PAUSING_EPOCH } from './consumer-member.ts';
import type { ConsumerHeartbeatRequest, Refusal } from './consumer-requests.ts';
import { includesAll } from './partition-sets.ts';

type Asked = Pick<ConsumerHeartbeatRequest, 'memberId' | 'memberEpoch' | 'instanceId' | 'owned'>;

export function admit(state: ConsumerGroupState, asked: Asked, change: ConsumerGroupChange): ConsumerMember | Refusal {
  const { memberId, memberEpoch, instanceId, owned } = asked;
  const joins = memberEpoch === 0;
  if (instanceId !== null) return admitStatic(state, { ...asked, instanceId }, change);
  const member = state.members.get(memberId) ?? (joins ? newMember(memberId) : unknownMember(memberId));
  return 'error' in member ? member : (refusalOfEpoch(member, memberEpoch, owned) ?? member);
}

/** Of who joins with the classic protocol. A static member takes its place without asking whether the one before has left. */
export function admitClassic(
  state: ConsumerGroupState,
  { memberId, instanceId, isNew }: { memberId: string; instanceId: string | null; isNew: boolean },
  change: ConsumerGroupChange,
): ConsumerMember | Refusal {
  if (instanceId === null) return state.members.get(memberId) ?? newMember(memberId);
  const before = state.staticMember(instanceId);
  if (!isNew)
    return before === null ? unknownInstance(instanceId) : (refusalOfInstance(before, memberId, instanceId) ?? before);
  return before === null ? newMember(memberId) : takePlace(before, memberId, change);
}

/** Of who asks to leave. */
export function findLeaving(state: ConsumerGroupState, asked: Asked): ConsumerMember | Refusal {
  const { memberId, instanceId } = asked;
  if (instanceId === null) return state.members.get(memberId) ?? unknownMember(memberId);
  const member = state.staticMember(instanceId);
  return member === null ? unknownInstance(instanceId) : (refusalOfInstance(member, memberId, instanceId) ?? member);
}

export function unknownMember(memberId: string): Refusal {
  return { error: 'UNKNOWN_MEMBER_ID', message: `the group has no member ${memberId}` };
}

function admitStatic(
  state: ConsumerGroupState,
  { memberId, memberEpoch, instanceId, owned }: Asked & { readonly instanceId: string },
  change: ConsumerGroupChange,
): ConsumerMember | Refusal {
  const before = state.staticMember(instanceId);
  if (memberEpoch !== 0) {
    if (before === null) return unknownInstance(instanceId);
    const refusal = refusalOfInstance(before, memberId, instanceId) ?? refusalOfEpoch(before, memberEpoch, owned);
    return refusal ?? before;
  }
  if (before === null) return state.members.get(memberId) ?? newMember(memberId);
  // One with the classic protocol has no word for being back soon.
  if (before.subscription.classic === null && before.current.epoch !== PAUSING_EPOCH) {
    const message = `${before.memberId} has the instance id ${instanceId}, and has not left`;
    return { error: 'UNRELEASED_INSTANCE_ID', message };
  }
  return takePlace(before, memberId, change);
}

function takePlace(before: ConsumerMember, memberId: string, change: ConsumerGroupChange): ConsumerMember {
  const current = { ...before.current, epoch: 0, previousEpoch: 0 };
  const member = { ...before, memberId, current };
  change.replaceMember(before, member);
  return member;
}

function unknownInstance(instanceId: string): Refusal {
  return { error: 'UNKNOWN_MEMBER_ID', message: `no member of the group has the instance id ${instanceId}` };
}

function refusalOfInstance({ memberId }: ConsumerMember, asked: string, instanceId: string): Refusal | null {
  if (memberId === asked) return null;
  return {
    error: 'FENCED_INSTANCE_ID',
    message: `${memberId} has the instance id ${instanceId} now, and not ${asked}`,
  };
}

/** Who shows the epoch before, and has nothing but what it was given, has not heard the last answer. */
function refusalOfEpoch({ current }: ConsumerMember, asked: number, owned: PartitionsById | null): Refusal | null {
  const { epoch, previousEpoch, assigned } = current;
  if (asked === 0 || asked === epoch) return null;
  const hasNotHeard = asked < epoch && asked === previousEpoch && owned !== null && includesAll(assigned, owned);
  if (hasNotHeard) return null;
  const message = `the member shows epoch ${asked}, and is in epoch ${epoch}: it must let go of everything and join again`;
  return { error: 'FENCED_MEMBER_EPOCH', message };
}
