/**
 * AddPartitionsToTxn: takes partitions into a transaction, all that are asked for or none. From version 4 on, which brokers speak, several transactions at a
 * time, and those that only ask whether partitions are in them.
 */
import type { RequestOf } from '../../protocol/api.ts';
import { addPartitionsToTxn } from '../../protocol/apis/24-add-partitions-to-txn.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { PartitionSet } from '../../transaction/partition-set.ts';
import type { TopicPartition } from '../../types.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { hasPartition } from '../partition-lookup.ts';
import { askCoordinator, coordinatorFailure } from '../transaction-answer.ts';

type Request = RequestOf<typeof addPartitionsToTxn>;
type Transaction = Request['transactions'][number];
/** The code for a partition. */
type Codes = (partition: TopicPartition) => number;
type TopicResults = {
  readonly name: string;
  readonly resultsByPartition: { readonly partitionIndex: number; readonly partitionErrorCode: number }[];
}[];

const FENCED_SINCE = 2;
const BATCHED_SINCE = 4;

export const addPartitionsToTxnHandler = defineHandler({
  api: addPartitionsToTxn,
  versions: '0-5',
  async handle(request, call) {
    if (call.version < BATCHED_SINCE) return { resultsByTopicV3AndBelow: await answer(onlyOne(request), call) };
    // Brokers ask so, for their clients.
    const errorCode = call.access.code(AclOperation.CLUSTER_ACTION, ResourceType.CLUSTER);
    if (errorCode !== kafkaErrorCodes.NONE) return { errorCode, resultsByTransaction: [] };
    const resultsByTransaction = request.transactions.map(async (transaction) => ({
      transactionalId: transaction.transactionalId,
      topicResults: await answer(transaction, call),
    }));
    return { errorCode, resultsByTransaction: await Promise.all(resultsByTransaction) };
  },
});

function onlyOne(request: Request): Transaction {
  return {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    verifyOnly: false,
    topics: request.v3AndBelowTopics,
  };
}

async function answer(transaction: Transaction, call: Call): Promise<TopicResults> {
  const { topics } = transaction;
  const partitions = topics.flatMap(({ name, partitions: indexes }) =>
    indexes.map((partition) => ({ topic: name, partition })),
  );
  const codes =
    transactionDenied(transaction, call) ??
    refusals(partitions, call) ??
    (await codesOf(transaction, partitions, call));
  return topics.map(({ name, partitions: indexes }) => ({
    name,
    resultsByPartition: indexes.map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: codes({ topic: name, partition: partitionIndex }),
    })),
  }));
}

function transactionDenied({ transactionalId }: Transaction, { access, version }: Call): Codes | null {
  if (version >= BATCHED_SINCE || access.transactionalId(AclOperation.WRITE, transactionalId)) return null;
  return () => kafkaErrorCodes.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

/** With one partition that cannot be written, none is added. Null: all can be. */
function refusals(partitions: readonly TopicPartition[], { broker, version, access }: Call): Codes | null {
  const codeOf = ({ topic, partition }: TopicPartition): number => {
    if (version < BATCHED_SINCE && (isInternalTopic(topic) || !access.topic(AclOperation.WRITE, topic)))
      return kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED;
    return hasPartition(broker, topic, partition) ? kafkaErrorCodes.NONE : kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION;
  };
  if (partitions.every((partition) => codeOf(partition) === kafkaErrorCodes.NONE)) return null;
  return (partition) => codeOf(partition) || kafkaErrorCodes.OPERATION_NOT_ATTEMPTED;
}

async function codesOf(
  { verifyOnly, topics: _topics, ...producer }: Transaction,
  partitions: readonly TopicPartition[],
  call: Call,
): Promise<Codes> {
  const { broker, version } = call;
  if (verifyOnly) return verify({ ...producer, partitions }, call);
  const clientVersion = version >= BATCHED_SINCE ? 2 : 0;
  const { errorCode } = await askCoordinator(broker, version >= FENCED_SINCE, (requests) =>
    requests.addPartitions({ ...producer, partitions, clientVersion }),
  );
  return () => errorCode;
}

async function verify(
  request: {
    transactionalId: string;
    producerId: number;
    producerEpoch: number;
    partitions: readonly TopicPartition[];
  },
  { broker }: Call,
): Promise<Codes> {
  try {
    const { answer: all, missing } = (await broker.store.transactionCoordinator.load()).verifyPartitions(request);
    if (all !== null) return () => kafkaErrorCodes[all.error ?? 'NONE'];
    const absent = new PartitionSet(missing);
    return (partition) => (absent.has(partition) ? kafkaErrorCodes.TRANSACTION_ABORTABLE : kafkaErrorCodes.NONE);
  } catch (error) {
    const errorCode = coordinatorFailure(broker, error);
    return () => errorCode;
  }
}
