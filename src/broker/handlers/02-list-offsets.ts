/** ListOffsets: the offset that belongs to a timestamp or to a place in the log. */
import { EventLoopShare } from '../../consumer/event-loop-share.ts';
import type { FindInBatch } from '../../log/aside-lookup.ts';
import type { PartitionLog } from '../../log/partition-log.ts';
import type { TimestampedOffset } from '../../log/timestamp-lookup.ts';
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { listOffsets } from '../../protocol/apis/02-list-offsets.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { type Call, defineHandler } from '../handler.ts';
import { codeOf } from '../kafka-failure.ts';
import { findPartition, leaderEpochOf } from '../partition-lookup.ts';
import { repeated } from '../refusal.ts';

type AskedPartition = RequestOf<typeof listOffsets>['topics'][number]['partitions'][number];
type TopicAnswer = ResponseInputOf<typeof listOffsets>['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

/** What negative timestamps mean (ListOffsetsRequest); tiered storage has nothing here, so its places are those of the log or none. */
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const EARLIEST_PENDING_UPLOAD = -6;
/** The version that knows each of them; any other negative number none knows (ReplicaManager.isListOffsetsTimestampUnsupported). */
const KNOWN_SINCE = new Map([
  [LATEST, 1],
  [EARLIEST, 1],
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
]);
const NOT_FOUND: TimestampedOffset = { offset: -1, timestamp: -1, leaderEpoch: -1 };

export const listOffsetsHandler = defineHandler({
  api: listOffsets,
  versions: '1-10',
  async handle(request, call) {
    const isCommitted = request.isolationLevel === 1;
    const twice = repeated(request.topics.flatMap((topic) => topic.partitions.map((each) => keyOf(topic.name, each))));
    const told = new Set<string>();
    const share = new EventLoopShare();
    const topics: TopicAnswer[] = [];
    for (const { name, partitions } of request.topics) {
      const denied = call.access.code(AclOperation.DESCRIBE, ResourceType.TOPIC, name);
      const answers: PartitionAnswer[] = [];
      for (const asked of partitions) {
        const key = keyOf(name, asked);
        if (told.has(key)) continue;
        told.add(key);
        // A look-up may walk many batches.
        if (share.isUsed) await share.giveWay();
        const errorCode = denied === kafkaErrorCodes.NONE ? refusalOf(asked, twice.has(key), call) : denied;
        const { partitionIndex } = asked;
        const isRefused = errorCode !== kafkaErrorCodes.NONE;
        answers.push(isRefused ? { partitionIndex, errorCode } : await answer(name, asked, isCommitted, call));
      }
      topics.push({ name, partitions: answers });
    }
    return { topics };
  },
});

/** No topic's name has a slash. */
function keyOf(topic: string, { partitionIndex }: AskedPartition): string {
  return `${topic}/${partitionIndex}`;
}

/** A partition that is named twice may be asked for two things, and has one answer. */
function refusalOf({ timestamp }: AskedPartition, isTwice: boolean, { version }: Call): number {
  if (isTwice) return kafkaErrorCodes.INVALID_REQUEST;
  const isKnown = timestamp >= 0 || version >= (KNOWN_SINCE.get(timestamp) ?? Infinity);
  return isKnown ? kafkaErrorCodes.NONE : kafkaErrorCodes.UNSUPPORTED_VERSION;
}

async function answer(
  topic: string,
  asked: AskedPartition,
  isCommitted: boolean,
  { broker, session }: Call,
): Promise<PartitionAnswer> {
  const { partitionIndex, timestamp } = asked;
  const { log, errorCode } = findPartition(broker, topic, partitionIndex, asked.currentLeaderEpoch);
  if (log === null) return { partitionIndex, errorCode };
  try {
    const limit = isCommitted ? log.lastStableOffset : log.highWatermark;
    const find: FindInBatch = (batch, wanted) => broker.batchSearcher.find(batch, wanted, session.signal);
    const found = await locate(log, timestamp, limit, find);
    return { partitionIndex, errorCode: kafkaErrorCodes.NONE, ...(found ?? NOT_FOUND) };
  } catch (error) {
    return { partitionIndex, errorCode: codeOf(error) };
  }
}

/** Null where no record is meant. Nothing at or past `limit` is shown. */
async function locate(
  log: PartitionLog,
  timestamp: number,
  limit: number,
  find: FindInBatch,
): Promise<TimestampedOffset | null> {
  if (timestamp === LATEST) return { offset: limit, timestamp: -1, leaderEpoch: leaderEpochOf(log) };
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL) return log.offsetOf('earliest');
  if (timestamp === LATEST_TIERED || timestamp === EARLIEST_PENDING_UPLOAD) return null;
  const found = await log.offsetOfAside(timestamp === MAX_TIMESTAMP ? 'maxTimestamp' : { timestamp }, find);
  return found !== null && found.offset < limit ? found : null;
}
