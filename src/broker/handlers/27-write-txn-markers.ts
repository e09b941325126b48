/**
 * WriteTxnMarkers: a coordinator elsewhere, or an administrator who ends a transaction that hangs, has markers written to partitions. Answered when they are
 * durable; offsets that they commit are there from then on, since the log of offsets is what is read.
 */
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { writeTxnMarkers } from '../../protocol/apis/27-write-txn-markers.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { type Call, defineHandler } from '../handler.ts';
import { codeOf } from '../kafka-failure.ts';
import { findPartition } from '../partition-lookup.ts';

type Marker = RequestOf<typeof writeTxnMarkers>['markers'][number];
type MarkerAnswer = ResponseInputOf<typeof writeTxnMarkers>['markers'][number];

export const writeTxnMarkersHandler = defineHandler({
  api: writeTxnMarkers,
  versions: '1-2',
  async handle({ markers }, call) {
    return { markers: await Promise.all(markers.map((marker) => answer(marker, call))) };
  },
});

async function answer(marker: Marker, call: Call): Promise<MarkerAnswer> {
  const topics = marker.topics.map(async ({ name, partitionIndexes }) => ({
    name,
    partitions: await Promise.all(
      partitionIndexes.map(async (partitionIndex) => ({
        partitionIndex,
        errorCode: await write(marker, name, partitionIndex, call),
      })),
    ),
  }));
  return { producerId: marker.producerId, topics: await Promise.all(topics) };
}

async function write(marker: Marker, topic: string, partition: number, { broker, access }: Call): Promise<number> {
  if (!access.cluster(AclOperation.ALTER) && !access.cluster(AclOperation.CLUSTER_ACTION))
    return kafkaErrorCodes.CLUSTER_AUTHORIZATION_FAILED;
  const { log, errorCode } = findPartition(broker, topic, partition);
  if (log === null) return errorCode;
  const { producerId, producerEpoch, coordinatorEpoch, transactionVersion, transactionResult } = marker;
  const type = transactionResult ? 'commit' : 'abort';
  try {
    const options = { producerId, producerEpoch, coordinatorEpoch, transactionVersion, type } as const;
    await log.endTransaction(options).durable;
    return kafkaErrorCodes.NONE;
  } catch (error) {
    const code = codeOf(error);
    if (code === kafkaErrorCodes.UNKNOWN_SERVER_ERROR)
      broker.logger.error?.({ err: error, topic, partition }, 'a marker could not be written');
    return code;
  }
}
