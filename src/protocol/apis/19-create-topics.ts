/**
 * CreateTopics: topics with their partitions, replicas and settings; or a rehearsal, with `validateOnly`. Where replicas are assigned by hand, the counts are -1; from
 * version 4 on -1 also asks for the broker's defaults. The response tells the settings from version 5 on, the topic's id from version 7 on.
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, int8, string, uuid } from '../field.ts';
import { ZERO_UUID } from '../uuid.ts';

export const createTopics = defineApi({
  key: 19,
  name: 'CreateTopics',
  versions: '2-7',
  flexible: 5,
  request: {
    topics: array({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: array({ partitionIndex: int32(), brokerIds: array(int32()) }),
      configs: array({ name: string(), value: string({ nullableSince: 0 }) }),
    }),
    timeoutMs: int32({ default: 60_000 }),
    validateOnly: bool({ default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      name: string(),
      topicId: uuid({ since: 7, default: ZERO_UUID }),
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      /** Why the settings are not told, if they are not. */
      topicConfigErrorCode: int16({ since: 5, tag: 0 }),
      numPartitions: int32({ since: 5, default: -1 }),
      replicationFactor: int16({ since: 5, default: -1 }),
      configs: array(
        {
          name: string(),
          value: string({ nullableSince: 5 }),
          readOnly: bool(),
          configSource: int8({ default: -1 }),
          isSensitive: bool(),
        },
        { since: 5, nullableSince: 5 },
      ),
    }),
  },
});
