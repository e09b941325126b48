/** ConsumerGroupDescribe: groups of the consumer protocol with their members, what these have, and what they are to have (KIP-848). */
import {
  type ConsumerGroupDescription,
  type DescribedPartitions,
  unknownConsumerGroup,
} from '../../group/consumer/consumer-requests.ts';
import type { ResponseInputOf } from '../../protocol/api.ts';
import { consumerGroupDescribe } from '../../protocol/apis/69-consumer-group-describe.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, groupCode } from '../group-answer.ts';
import { type Call, defineHandler } from '../handler.ts';

type Described = ResponseInputOf<typeof consumerGroupDescribe>['groups'][number];

const MEMBER_TYPES = { classic: 0, consumer: 1 } as const;

export const consumerGroupDescribeHandler = defineHandler({
  api: consumerGroupDescribe,
  versions: '0-1',
  async handle({ groupIds, includeAuthorizedOperations }, call) {
    const { access, broker } = call;
    const isAllowed = (groupId: string): boolean => access.group(AclOperation.DESCRIBE, groupId);
    const allowed = groupIds.filter(isAllowed);
    const descriptions = await askGroups<ConsumerGroupDescription[]>(
      broker,
      (groups) => groups.describeConsumerGroups(allowed),
      (error) => allowed.map((groupId) => unknownConsumerGroup(groupId, error)),
    );
    const denied = groupIds.filter((groupId) => !isAllowed(groupId));
    return {
      groups: [
        ...denied.map((groupId) =>
          failed(groupId, access.code(AclOperation.DESCRIBE, ResourceType.GROUP, groupId), null),
        ),
        ...descriptions.map((each) => described(each, call, includeAuthorizedOperations)),
      ],
    };
  },
});

function described(group: ConsumerGroupDescription, { access }: Call, includesOperations: boolean): Described {
  const { error, groupId, members } = group;
  if (error === 'GROUP_ID_NOT_FOUND') return failed(groupId, groupCode(error), `Group ${groupId} not found.`);
  if (error !== null) return failed(groupId, groupCode(error), null);
  const isHidden = ({ topicName }: DescribedPartitions): boolean => !access.topic(AclOperation.DESCRIBE, topicName);
  // Who may not see some of it sees none.
  if (members.some(({ assignment, target }) => assignment.some(isHidden) || target.some(isHidden)))
    return failed(groupId, kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED, 'The group has topics that may not be seen.');
  return {
    errorCode: kafkaErrorCodes.NONE,
    errorMessage: null,
    groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: group.assignor,
    members: members.map(({ topicNames, topicPattern, assignment, target, isClassic, ...member }) => ({
      ...member,
      subscribedTopicNames: topicNames,
      subscribedTopicRegex: topicPattern,
      assignment: { topicPartitions: assignment },
      targetAssignment: { topicPartitions: target },
      memberType: isClassic ? MEMBER_TYPES.classic : MEMBER_TYPES.consumer,
    })),
    ...(includesOperations && { authorizedOperations: access.groupOperations(groupId) }),
  };
}

function failed(groupId: string, errorCode: number, errorMessage: string | null): Described {
  return {
    errorCode,
    errorMessage,
    groupId,
    groupState: '',
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: '',
    members: [],
  };
}
