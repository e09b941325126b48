/** ElectLeaders: the preferred replicas, or any, are to lead their partitions. Partitions null asks for all. */
import { defineApi } from '../api.ts';
import { array, int16, int32, int8, string } from '../field.ts';

export const electLeaders = defineApi({
  key: 43,
  name: 'ElectLeaders',
  versions: '0-2',
  flexible: 2,
  request: {
    /** 0: the preferred replica; 1: any, even one that was not in sync. */
    electionType: int8({ since: 1 }),
    topicPartitions: array({ topic: string(), partitions: array(int32()) }, { nullableSince: 0 }),
    timeoutMs: int32({ default: 60_000 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 1 }),
    replicaElectionResults: array({
      topic: string(),
      partitionResult: array({ partitionId: int32(), errorCode: int16(), errorMessage: string({ nullableSince: 0 }) }),
    }),
  },
});
