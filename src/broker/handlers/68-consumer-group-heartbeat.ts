/**
 * ConsumerGroupHeartbeat: all that a member of a group of the consumer protocol asks (KIP-848): it joins, says what it subscribes to and what it has, is told what it
 * is to have, and leaves.
 */
import type { PartitionsById } from '../../group/assignor/server-assignor.ts';
import { type ConsumerHeartbeatAnswer, refusedHeartbeat } from '../../group/consumer/consumer-requests.ts';
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { consumerGroupHeartbeat } from '../../protocol/apis/68-consumer-group-heartbeat.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, clientHostOf, groupCode } from '../group-answer.ts';
import { defineHandler } from '../handler.ts';

type Request = RequestOf<typeof consumerGroupHeartbeat>;
type Answer = ResponseInputOf<typeof consumerGroupHeartbeat>;

const OWN_MEMBER_ID_SINCE = 1;

export const consumerGroupHeartbeatHandler = defineHandler({
  api: consumerGroupHeartbeat,
  versions: '0-1',
  async handle(request, { access, broker, session, clientId, version }) {
    const mayDescribe = (topic: string): boolean => access.topic(AclOperation.DESCRIBE, topic);
    const denied = access.code(AclOperation.READ, ResourceType.GROUP, request.groupId);
    if (denied !== kafkaErrorCodes.NONE) return refused(denied);
    if (!(request.subscribedTopicNames ?? []).every(mayDescribe))
      return refused(kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED);
    const answer = await askGroups(
      broker,
      (groups) =>
        groups.consumerHeartbeat({
          ...request,
          topicNames: request.subscribedTopicNames,
          topicPattern: version >= OWN_MEMBER_ID_SINCE ? request.subscribedTopicRegex : null,
          assignor: request.serverAssignor,
          owned: ownedOf(request),
          clientId: clientId ?? '',
          clientHost: clientHostOf(session),
          requiresMemberId: version >= OWN_MEMBER_ID_SINCE,
          mayDescribe,
        }),
      (error) => refusedHeartbeat(error, null),
    );
    return answered(answer);
  },
});

/** A topic that is named twice has what both say. */
function ownedOf({ topicPartitions }: Request): PartitionsById | null {
  if (topicPartitions === null) return null;
  const owned = new Map<string, Set<number>>();
  for (const { topicId, partitions } of topicPartitions)
    owned.set(topicId, new Set([...(owned.get(topicId) ?? []), ...partitions]));
  return owned;
}

function answered({ error, message, assignment, ...answer }: ConsumerHeartbeatAnswer): Answer {
  const topicPartitions = Array.from(assignment ?? [], ([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions].sort((a, b) => a - b),
  }));
  return {
    errorCode: groupCode(error),
    errorMessage: message,
    ...answer,
    assignment: assignment === null ? null : { topicPartitions },
  };
}

function refused(errorCode: number): Answer {
  return { ...answered(refusedHeartbeat(null, null)), errorCode };
}
