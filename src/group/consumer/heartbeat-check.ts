/** What a heartbeat of the consumer protocol must have, whatever its group is (GroupCoordinatorService). */
import { LEAVING_EPOCH, PAUSING_EPOCH } from './consumer-member.ts';
import type { ConsumerHeartbeatRequest, Refusal } from './consumer-requests.ts';

/** Null where all is there. */
export function checkHeartbeat(request: ConsumerHeartbeatRequest, assignors: readonly string[]): Refusal | null {
  const message = faultOf(request);
  if (message !== null) return { error: 'INVALID_REQUEST', message };
  const { assignor } = request;
  if (assignor === null || assignors.includes(assignor)) return null;
  return {
    error: 'UNSUPPORTED_ASSIGNOR',
    message: `there is no assignor "${assignor}" here, but ${assignors.join(', ')}`,
  };
}

function faultOf(request: ConsumerHeartbeatRequest): string | null {
  const { groupId, memberId, memberEpoch, instanceId, rackId, requiresMemberId } = request;
  const needsMemberId = requiresMemberId || memberEpoch > 0 || memberEpoch === LEAVING_EPOCH;
  if (needsMemberId && isBlank(memberId)) return 'a member id is needed';
  if (isBlank(groupId)) return 'a group id is needed';
  if (instanceId !== null && isBlank(instanceId)) return 'the instance id is empty';
  if (rackId !== null && isBlank(rackId)) return 'the rack id is empty';
  if (memberEpoch === 0) return faultOfJoin(request);
  if (memberEpoch === PAUSING_EPOCH && instanceId === null) return 'who is back later needs an instance id';
  return memberEpoch < PAUSING_EPOCH ? `there is no member epoch ${memberEpoch}` : null;
}

function faultOfJoin({ rebalanceTimeoutMs, owned, topicNames, topicPattern }: ConsumerHeartbeatRequest): string | null {
  if (rebalanceTimeoutMs === -1) return 'who joins has a rebalance time-out';
  if (owned === null || owned.size > 0) return 'who joins says that it has no partitions';
  return topicNames === null && topicPattern === null ? 'who joins says what it subscribes to' : null;
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
