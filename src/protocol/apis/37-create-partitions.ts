/**
 * CreatePartitions: more partitions for topics. Assignments are those of the new ones; null leaves them to the broker.
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, string } from '../field.ts';

export const createPartitions = defineApi({
  key: 37,
  name: 'CreatePartitions',
  versions: '0-3',
  flexible: 2,
  request: {
    topics: array({
      name: string(),
      count: int32(),
      assignments: array({ brokerIds: array(int32()) }, { nullableSince: 0 }),
    }),
    timeoutMs: int32(),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    results: array({ name: string(), errorCode: int16(), errorMessage: string({ nullableSince: 0 }) }),
  },
});
