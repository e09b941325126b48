/**
 * OffsetCommit: how far a consumer group has read. A commit from outside a group has generation -1 and an empty member id.
 *
 * Until version 4 a client said for how long the offsets are kept; version 9 knows members of the newer group protocol (KIP-848), 10 names topics by their ids.
 */
import { defineApi } from '../api.ts';
import { array, int16, int32, int64, string, uuid } from '../field.ts';

export const offsetCommit = defineApi({
  key: 8,
  name: 'OffsetCommit',
  versions: '2-10',
  flexible: 8,
  request: {
    groupId: string(),
    generationIdOrMemberEpoch: int32({ default: -1 }),
    memberId: string(),
    groupInstanceId: string({ since: 7, nullableSince: 7 }),
    retentionTimeMs: int64({ until: 4, default: -1 }),
    topics: array({
      name: string({ until: 9 }),
      topicId: uuid({ since: 10 }),
      partitions: array({
        partitionIndex: int32(),
        committedOffset: int64(),
        committedLeaderEpoch: int32({ since: 6, default: -1 }),
        committedMetadata: string({ nullableSince: 0 }),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, default: 0 }),
    topics: array({
      name: string({ until: 9 }),
      topicId: uuid({ since: 10 }),
      partitions: array({ partitionIndex: int32(), errorCode: int16() }),
    }),
  },
});
