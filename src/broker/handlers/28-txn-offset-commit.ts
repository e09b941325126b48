/**
 * TxnOffsetCommit: offsets of a group, written to `__consumer_offsets` in a transaction: they count when it commits.
 *
 * Versions up to 4 come behind AddOffsetsToTxn; version 5 takes the group's partition into the transaction itself (KIP-890).
 */
import type { RequestOf } from '../../protocol/api.ts';
import { txnOffsetCommit } from '../../protocol/apis/28-txn-offset-commit.ts';
import { kafkaErrorCodes, type KafkaErrorName } from '../../protocol/error-code.ts';
import { OFFSET_METADATA_CHARACTERS_MAX } from '../../limits.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import type { OffsetToCommit } from '../../types.ts';
import { type Call, defineHandler } from '../handler.ts';
import { codeOf } from '../kafka-failure.ts';
import { hasPartition } from '../partition-lookup.ts';
import { admit, type TransactionSupport } from '../transaction-admission.ts';

type Request = RequestOf<typeof txnOffsetCommit>;

/** What is asked for one partition, and what is answered. */
interface Commit {
  readonly offset: OffsetToCommit;
  errorCode: number;
}

const ABORTABLE_SINCE = 4;
const ADDS_SINCE = 5;
const MEMBER_OF_NOTHING = -1;

export const txnOffsetCommitHandler = defineHandler({
  api: txnOffsetCommit,
  versions: '0-5',
  async handle(request, call) {
    const { access } = call;
    const denied =
      access.code(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, request.transactionalId) ||
      access.code(AclOperation.READ, ResourceType.GROUP, request.groupId);
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      commits: partitions.map((asked) => commitOf(name, asked, denied, call)),
    }));
    const all = topics.flatMap(({ commits }) => commits);
    const known = all.filter(({ errorCode }) => errorCode === kafkaErrorCodes.NONE);
    if (known.length > 0) await commit(known, request, call);
    return {
      topics: topics.map(({ name, commits }) => ({
        name,
        partitions: commits.map(({ offset, errorCode }) => ({ partitionIndex: offset.partition, errorCode })),
      })),
    };
  },
});

function commitOf(
  topic: string,
  asked: Request['topics'][number]['partitions'][number],
  denied: number,
  { broker, access }: Call,
): Commit {
  const { partitionIndex: partition, committedOffset, committedLeaderEpoch, committedMetadata } = asked;
  const offset = {
    topic,
    partition,
    offset: committedOffset,
    leaderEpoch: committedLeaderEpoch,
    metadata: committedMetadata ?? '',
  };
  const isKnown = hasPartition(broker, topic, partition);
  const errorCode =
    denied ||
    access.code(AclOperation.READ, ResourceType.TOPIC, topic) ||
    (isKnown ? kafkaErrorCodes.NONE : kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  return { offset, errorCode };
}

async function commit(commits: readonly Commit[], request: Request, call: Call): Promise<void> {
  try {
    const refusal = await refusalOf(request, call);
    const errorCode = kafkaErrorCodes[refusal ?? 'NONE'];
    for (const each of commits) each.errorCode = refusal === null ? metadataCode(each.offset) : errorCode;
    const good = commits.filter((each) => each.errorCode === kafkaErrorCodes.NONE);
    if (good.length > 0) await write(good, request, call);
  } catch (error) {
    const errorCode = codeOf(error, { ERR_MILLRACE_NO_SPACE: 'COORDINATOR_NOT_AVAILABLE' });
    if (errorCode === kafkaErrorCodes.UNKNOWN_SERVER_ERROR)
      call.broker.logger.error?.({ err: error, group: request.groupId }, 'offsets could not be committed');
    for (const each of commits) each.errorCode = errorCode;
  }
}

function metadataCode({ metadata = '' }: OffsetToCommit): number {
  return metadata.length > OFFSET_METADATA_CHARACTERS_MAX
    ? kafkaErrorCodes.OFFSET_METADATA_TOO_LARGE
    : kafkaErrorCodes.NONE;
}

async function refusalOf(request: Request, { broker, version }: Call): Promise<KafkaErrorName | null> {
  if (request.groupId === '') return 'INVALID_GROUP_ID';
  const partition = await broker.store.transactionCoordinator.offsetsPartition(request.groupId);
  const refusals = await admit(broker, request, [partition], supportOf(version));
  const refusal = refusals(partition);
  if (refusal !== null) return refusal;
  // No group has members here, so whoever says that it is one is of a generation that is over.
  return request.generationId > MEMBER_OF_NOTHING ? 'ILLEGAL_GENERATION' : null;
}

function supportOf(version: number): TransactionSupport {
  if (version >= ADDS_SINCE) return 'add';
  return version >= ABORTABLE_SINCE ? 'verify-abortable' : 'verify';
}

/** Durable with the transaction: its commit flushes what it wrote. */
async function write(
  commits: readonly Commit[],
  { groupId, producerId, producerEpoch }: Request,
  { broker }: Call,
): Promise<void> {
  const coordinator = broker.store.transactionCoordinator;
  const { topic, partition } = await coordinator.offsetsPartition(groupId);
  const records = coordinator.offsetRecords(
    groupId,
    commits.map(({ offset }) => offset),
  );
  broker.store.partition(topic, partition).append(records, {
    producer: { producerId, producerEpoch, isTransactional: true },
  });
}
