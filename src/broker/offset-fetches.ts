/** What a client asks of the offsets of a group: it hears of the topics only that it may describe. */
import type { FoundOffset, OffsetAnswer, OffsetQuery } from '../group/group-requests.ts';
import { kafkaErrorCodes } from '../protocol/error-code.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { AclOperation } from '../security/acl-operation.ts';
import { ResourceType } from '../security/resource.ts';
import { askGroups, groupCode } from './group-answer.ts';
import type { Call } from './handler.ts';

/** From this version on topics have ids in place of names. */
export const OFFSET_FETCH_IDS_SINCE = 10;

export interface AskedTopic {
  /** Null: an id that no topic has. */
  readonly name: string | null;
  readonly topicId: string;
  readonly partitionIndexes: readonly number[];
}

export interface AskedOffsets {
  readonly groupId: string;
  readonly member?: OffsetQuery['member'];
  /** Null: of all topics. */
  readonly topics: readonly AskedTopic[] | null;
  readonly requireStable: boolean;
}

export interface PartitionOffset {
  readonly partitionIndex: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string;
  readonly errorCode: number;
}

export interface GroupOffsets {
  readonly groupId: string;
  /** Of the whole; there are no topics then. */
  readonly errorCode: number;
  readonly topics: readonly {
    readonly name: string | null;
    readonly topicId: string;
    readonly partitions: readonly PartitionOffset[];
  }[];
}

export async function fetchOffsets(asked: AskedOffsets, call: Call): Promise<GroupOffsets> {
  const { groupId, member, topics } = asked;
  const denied = call.access.code(AclOperation.DESCRIBE, ResourceType.GROUP, groupId);
  if (denied !== kafkaErrorCodes.NONE) return { groupId, errorCode: denied, topics: [] };
  const judged = topics?.map((topic) => ({ topic, code: codeOfTopic(topic, call) })) ?? null;
  const partitions = judged?.flatMap(({ topic, code }) => (code === kafkaErrorCodes.NONE ? partitionsOf(topic) : []));
  const { error, offsets } = await askGroups<OffsetAnswer>(
    call.broker,
    (groups) => groups.offsets({ groupId, member, partitions: partitions ?? null, requireStable: asked.requireStable }),
    (failure) => ({ error: failure, offsets: [] }),
  );
  if (error !== null) return { groupId, errorCode: groupCode(error), topics: [] };
  const found = offsets.values();
  const answers =
    judged?.map(({ topic, code }) => ({
      ...topic,
      partitions:
        code === kafkaErrorCodes.NONE
          ? // In the order of the question.
            topic.partitionIndexes.map(() => partitionOffset(found.next().value!))
          : failedPartitions(topic.partitionIndexes, code),
    })) ?? byTopic(offsets, call);
  return { groupId, errorCode: kafkaErrorCodes.NONE, topics: answers };
}

export function failedPartitions(partitionIndexes: readonly number[], errorCode: number): PartitionOffset[] {
  return partitionIndexes.map((partitionIndex) => nothing(partitionIndex, errorCode));
}

function codeOfTopic({ name }: AskedTopic, { access }: Call): number {
  return name === null
    ? kafkaErrorCodes.UNKNOWN_TOPIC_ID
    : access.code(AclOperation.DESCRIBE, ResourceType.TOPIC, name);
}

function partitionsOf({ name, topicId, partitionIndexes }: AskedTopic): NonNullable<OffsetQuery['partitions']> {
  const named = { topic: name!, ...(topicId === ZERO_UUID ? {} : { topicId }) };
  return partitionIndexes.map((partition) => ({ ...named, partition }));
}

/** What has no id has no place where topics are named by it: of a topic that is no more. */
function byTopic(offsets: readonly FoundOffset[], { access, broker, version }: Call): GroupOffsets['topics'] {
  const topics = new Map<string, PartitionOffset[]>();
  for (const found of offsets) {
    const known = topics.get(found.topic);
    if (known === undefined) topics.set(found.topic, [partitionOffset(found)]);
    else known.push(partitionOffset(found));
  }
  return Array.from(topics, ([name, partitions]) => ({
    name,
    topicId: broker.store.findTopic(name)?.id ?? ZERO_UUID,
    partitions,
  })).filter(
    ({ name, topicId }) =>
      access.topic(AclOperation.DESCRIBE, name) && (version < OFFSET_FETCH_IDS_SINCE || topicId !== ZERO_UUID),
  );
}

function partitionOffset({ partition, error, committed }: FoundOffset): PartitionOffset {
  if (error !== null || committed === null) return nothing(partition, groupCode(error));
  const { offset, leaderEpoch, metadata } = committed;
  return {
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: kafkaErrorCodes.NONE,
  };
}

/** There is nothing, or nothing is told. */
function nothing(partitionIndex: number, errorCode: number): PartitionOffset {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode };
}
