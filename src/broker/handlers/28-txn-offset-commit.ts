/**
 * TxnOffsetCommit: offsets of a group, written to `__consumer_offsets` in a transaction: they count when it commits.
 *
 * Versions up to 4 come behind AddOffsetsToTxn; version 5 takes the group's partition into the transaction itself (KIP-890). From version 3 on a member of the
 * group shows who it is, and one that is not any more is refused (KIP-447).
 */
import type { RequestOf } from '../../protocol/api.ts';
import { txnOffsetCommit } from '../../protocol/apis/28-txn-offset-commit.ts';
import type { KafkaErrorName } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';
import {
  askedTopics,
  commitPartitions,
  partitionAnswers,
  partitionCommits,
  refusedCommits,
} from '../offset-commits.ts';
import { admit, type TransactionSupport } from '../transaction-admission.ts';

type Request = RequestOf<typeof txnOffsetCommit>;

const ABORTABLE_SINCE = 4;
const ADDS_SINCE = 5;

export const txnOffsetCommitHandler = defineHandler({
  api: txnOffsetCommit,
  versions: '0-5',
  async handle(request, call) {
    const { access } = call;
    const denied =
      access.code(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, request.transactionalId) ||
      access.code(AclOperation.READ, ResourceType.GROUP, request.groupId);
    const topics = askedTopics(request.topics).map((topic) => ({
      name: topic.name,
      commits: partitionCommits(topic.name, topic, denied, call),
    }));
    const { transactionalId: _id, topics: _topics, ...member } = request;
    await commitPartitions(
      topics.flatMap(({ commits }) => commits),
      call,
      async (groups, offsets) => {
        const refusal = await refusalOf(request, call);
        if (refusal !== null) return refusedCommits(offsets, refusal);
        return groups.commitInTransaction({ ...member, offsets });
      },
    );
    return { topics: topics.map(({ name, commits }) => ({ name, partitions: partitionAnswers(commits) })) };
  },
});

async function refusalOf(request: Request, { broker, version }: Call): Promise<KafkaErrorName | null> {
  if (request.groupId === '') return 'INVALID_GROUP_ID';
  const partition = await broker.store.transactionCoordinator.offsetsPartition(request.groupId);
  const refusals = await admit(broker, request, [partition], supportOf(version));
  return refusals(partition);
}

function supportOf(version: number): TransactionSupport {
  if (version >= ADDS_SINCE) return 'add';
  return version >= ABORTABLE_SINCE ? 'verify-abortable' : 'verify';
}
