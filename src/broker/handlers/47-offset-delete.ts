/** OffsetDelete: forgets what a group has committed for partitions that no member of it reads (KIP-496). */
import { offsetDelete } from '../../protocol/apis/47-offset-delete.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import type { OffsetDeletionAnswer } from '../../group/group-requests.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { askGroups, groupCode } from '../group-answer.ts';
import { type Call, defineHandler } from '../handler.ts';
import { hasPartition } from '../partition-lookup.ts';

export const offsetDeleteHandler = defineHandler({
  api: offsetDelete,
  versions: '0',
  async handle({ groupId, topics }, call) {
    const { access, broker } = call;
    const denied = access.code(AclOperation.DELETE, ResourceType.GROUP, groupId);
    if (denied !== kafkaErrorCodes.NONE) return { errorCode: denied, topics: [] };
    const asked = topics.map(({ name, partitions }) => ({
      name,
      deletions: partitions.map(({ partitionIndex: partition }) => ({
        topic: name,
        partition,
        code: codeOf(name, partition, call),
      })),
    }));
    const known = asked.flatMap(({ deletions }) => deletions).filter(({ code }) => code === kafkaErrorCodes.NONE);
    const { error, errors } = await askGroups<OffsetDeletionAnswer>(
      broker,
      (groups) =>
        groups.deleteOffsets(
          groupId,
          known.map(({ topic, partition }) => ({ topic, partition })),
        ),
      (failure) => ({ error: failure, errors: [] }),
    );
    if (error !== null) return { errorCode: groupCode(error), topics: [] };
    for (const [index, deletion] of known.entries()) deletion.code = groupCode(errors[index]);
    const answers = asked.map(({ name, deletions }) => ({
      name,
      partitions: deletions.map(({ partition, code }) => ({ partitionIndex: partition, errorCode: code })),
    }));
    return { errorCode: kafkaErrorCodes.NONE, topics: answers };
  },
});

function codeOf(topic: string, partition: number, { access, broker }: Call): number {
  const denied = access.code(AclOperation.READ, ResourceType.TOPIC, topic);
  if (denied !== kafkaErrorCodes.NONE) return denied;
  return hasPartition(broker, topic, partition) ? kafkaErrorCodes.NONE : kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION;
}
