/**
 * OffsetFetch: what groups have committed: for some partitions, or all of them. Up to version 7 of one group, from version 8 on of several (KIP-709); from
 * version 10 on topics have ids in place of names.
 */
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { offsetFetch } from '../../protocol/apis/09-offset-fetch.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { ZERO_UUID } from '../../protocol/uuid.ts';
import type { Call } from '../handler.ts';
import { defineHandler } from '../handler.ts';
import {
  type AskedOffsets,
  failedPartitions,
  fetchOffsets,
  type GroupOffsets,
  OFFSET_FETCH_IDS_SINCE,
} from '../offset-fetches.ts';

type Request = RequestOf<typeof offsetFetch>;
type Answer = ResponseInputOf<typeof offsetFetch>;

const WHOLE_ERROR_SINCE = 2;
const BATCHED_SINCE = 8;
/** From this version on a member of a group of the consumer protocol can show its epoch. */
const MEMBER_SINCE = 9;

export const offsetFetchHandler = defineHandler({
  api: offsetFetch,
  versions: '1-10',
  async handle(request, call) {
    if (call.version < BATCHED_SINCE) return single(await fetchOffsets(onlyOne(request), call), request, call);
    const groups = request.groups.map(async (group) => several(await fetchOffsets(oneOf(group, request, call), call)));
    return { groups: await Promise.all(groups) };
  },
});

function oneOf(group: Request['groups'][number], request: Request, call: Call): AskedOffsets {
  const { groupId, memberId, memberEpoch, topics } = group;
  const named = topics?.map((topic) => ({ ...topic, name: nameOf(topic, call) })) ?? null;
  const member = call.version < MEMBER_SINCE ? undefined : { memberId, memberEpoch };
  return { groupId, member, topics: named, requireStable: request.requireStable };
}

function onlyOne({ groupId, topics, requireStable }: Request): AskedOffsets {
  return { groupId, topics: topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null, requireStable };
}

/** Null: an id that no topic has. */
function nameOf({ name, topicId }: { name: string; topicId: string }, { broker, version }: Call): string | null {
  return version < OFFSET_FETCH_IDS_SINCE ? name : broker.store.topicNameOf(topicId);
}

/** Version 1 has no place for an error of the whole: each partition has it. */
function single({ errorCode, topics }: GroupOffsets, request: Request, { version }: Call): Answer {
  const isTold = version >= WHOLE_ERROR_SINCE || errorCode === kafkaErrorCodes.NONE;
  if (isTold) return { errorCode, topics: topics.map(({ name, partitions }) => ({ name: name ?? '', partitions })) };
  return {
    topics: (request.topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: failedPartitions(partitionIndexes, errorCode),
    })),
  };
}

function several({ topics, ...group }: GroupOffsets): NonNullable<Answer['groups']>[number] {
  return { ...group, topics: topics.map(({ name, ...topic }) => ({ name: name ?? '', ...topic })) };
}
