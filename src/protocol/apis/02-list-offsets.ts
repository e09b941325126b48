/**
 * ListOffsets: the offset that belongs to a timestamp, or to a place in the log: -1 its end, -2 its start, -3 the record of the largest timestamp; -4 and
 * -5 tell of tiered storage.
 */
import { defineApi } from '../api.ts';
import { array, int16, int32, int64, int8, string } from '../field.ts';

export const listOffsets = defineApi({
  key: 2,
  name: 'ListOffsets',
  versions: '1-11',
  flexible: 6,
  request: {
    replicaId: int32(),
    /** 0: up to the high watermark; 1: up to the last stable offset. */
    isolationLevel: int8({ since: 2 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ since: 4, default: -1 }),
        timestamp: int64(),
      }),
    }),
    timeoutMs: int32({ since: 10 }),
  },
  response: {
    throttleTimeMs: int32({ since: 2, default: 0 }),
    topics: array({
      name: string(),
      partitions: array({
        partitionIndex: int32(),
        errorCode: int16(),
        timestamp: int64({ default: -1 }),
        offset: int64({ default: -1 }),
        leaderEpoch: int32({ since: 4, default: -1 }),
      }),
    }),
  },
});
