/** ListOffsets: the offset that belongs to a timestamp or to a place in the log. */
import type { LogReader } from '../../log/log-reader.ts';
import type { TimestampedOffset } from '../../log/timestamp-lookup.ts';
import type { ResponseInputOf } from '../../protocol/api.ts';
import { listOffsets } from '../../protocol/apis/02-list-offsets.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';
import { codeOf } from '../kafka-failure.ts';
import { findPartition, leaderEpochOf } from '../partition-lookup.ts';

type PartitionAnswer = ResponseInputOf<typeof listOffsets>['topics'][number]['partitions'][number];

/** What negative timestamps mean (ListOffsetsRequest); tiered storage has nothing here, so its places are those of the log or none. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;
const NOT_FOUND: TimestampedOffset = { offset: -1, timestamp: -1, leaderEpoch: -1 };

export const listOffsetsHandler = defineHandler({
  api: listOffsets,
  versions: '1-10',
  handle(request, call) {
    const isCommitted = request.isolationLevel === 1;
    return {
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((asked) => answer(name, asked, isCommitted, call)),
      })),
    };
  },
});

function answer(
  topic: string,
  asked: { readonly partitionIndex: number; readonly currentLeaderEpoch: number; readonly timestamp: number },
  isCommitted: boolean,
  { broker, access }: Call,
): PartitionAnswer {
  const { partitionIndex, timestamp } = asked;
  const denied = access.code(AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
  if (denied !== kafkaErrorCodes.NONE) return { partitionIndex, errorCode: denied };
  const { log, errorCode } = findPartition(broker, topic, partitionIndex, asked.currentLeaderEpoch);
  if (log === null) return { partitionIndex, errorCode };
  try {
    const limit = isCommitted ? log.lastStableOffset : log.highWatermark;
    const found = locate(log, timestamp, limit, leaderEpochOf(log));
    return { partitionIndex, errorCode: kafkaErrorCodes.NONE, ...(found ?? NOT_FOUND) };
  } catch (error) {
    return { partitionIndex, errorCode: codeOf(error) };
  }
}

/** Null where no record is meant. Nothing at or past `limit` is shown. */
function locate(log: LogReader, timestamp: number, limit: number, leaderEpoch: number): TimestampedOffset | null {
  if (timestamp === LATEST) return { offset: limit, timestamp: -1, leaderEpoch };
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL) return log.offsetOf('earliest');
  if (timestamp === LATEST_TIERED || timestamp === EARLIEST_PENDING_UPLOAD) return null;
  const found =
    timestamp === MAX_TIMESTAMP ? log.offsetOf('maxTimestamp') : log.offsetOf({ timestamp: Math.max(timestamp, -1) });
  return found !== null && found.offset < limit ? found : null;
}
