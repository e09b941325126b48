/** DescribeProducers: who writes to partitions, and since where it has a transaction open (KIP-664). */
import type { ResponseInputOf } from '../../protocol/api.ts';
import { describeProducers } from '../../protocol/apis/61-describe-producers.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';
import { codeOf, messageOf } from '../kafka-failure.ts';

type PartitionAnswer = ResponseInputOf<typeof describeProducers>['topics'][number]['partitions'][number];

export const describeProducersHandler = defineHandler({
  api: describeProducers,
  versions: '0',
  handle({ topics }, call) {
    return {
      topics: topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => describe(name, partitionIndex, call)),
      })),
    };
  },
});

function describe(topic: string, partitionIndex: number, { broker, access }: Call): PartitionAnswer {
  const denied = access.code(AclOperation.READ, ResourceType.TOPIC, topic);
  if (denied !== kafkaErrorCodes.NONE) return { partitionIndex, errorCode: denied, activeProducers: [] };
  try {
    const activeProducers = broker.store.partition(topic, partitionIndex).activeProducers.map((each) => ({
      producerId: each.producerId,
      producerEpoch: each.producerEpoch,
      lastSequence: each.lastSequence,
      lastTimestamp: each.lastTimestamp,
      coordinatorEpoch: each.coordinatorEpoch,
      currentTxnStartOffset: each.currentTransactionFirstOffset,
    }));
    return { partitionIndex, errorCode: 0, activeProducers };
  } catch (error) {
    return { partitionIndex, errorCode: codeOf(error), errorMessage: messageOf(error), activeProducers: [] };
  }
}
