/**
 * OffsetCommit: how far a group has read: by a member of it, which shows its generation, or by who is in no group and names none.
 *
 * From version 10 on topics have ids in place of names (KIP-848).
 */
import { offsetCommit } from '../../protocol/apis/08-offset-commit.ts';
import type { GroupError } from '../../group/group-requests.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { groupCode } from '../group-answer.ts';
import { defineHandler } from '../handler.ts';
import { askedTopics, commitPartitions, partitionAnswers, partitionCommits } from '../offset-commits.ts';

/** From this version on a member of a group of the consumer protocol can show its epoch. */
const MEMBER_EPOCH_SINCE = 9;
const UNKNOWN_GROUP_SINCE = 9;
const IDS_SINCE = 10;

export const offsetCommitHandler = defineHandler({
  api: offsetCommit,
  versions: '2-10',
  async handle(request, call) {
    const { access, broker, version } = call;
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId, retentionTimeMs } = request;
    const denied = access.code(AclOperation.READ, ResourceType.GROUP, groupId);
    const topics = askedTopics(request.topics).map((topic) => {
      const name = version < IDS_SINCE ? topic.name : broker.store.topicNameOf(topic.topicId);
      return { name: topic.name, topicId: topic.topicId, commits: partitionCommits(name, topic, denied, call) };
    });
    // A group that is no more is, for older clients, a generation that is over.
    const codeOf = (error: GroupError): number =>
      groupCode(error === 'GROUP_ID_NOT_FOUND' && version < UNKNOWN_GROUP_SINCE ? 'ILLEGAL_GENERATION' : error);
    const knowsMemberEpochs = version >= MEMBER_EPOCH_SINCE;
    const member = { groupId, memberId, groupInstanceId, generationId };
    await commitPartitions(
      topics.flatMap(({ commits }) => commits),
      call,
      (groups, offsets) => groups.commit({ ...member, offsets, retentionMs: retentionTimeMs, knowsMemberEpochs }),
      codeOf,
    );
    return {
      topics: topics.map(({ commits, ...topic }) => ({ ...topic, partitions: partitionAnswers(commits) })),
    };
  },
});
