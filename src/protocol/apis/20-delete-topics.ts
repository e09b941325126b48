/** DeleteTopics: by their names, from version 6 on by name or id. */
import { defineApi } from '../api.ts';
import { array, int16, int32, string, uuid } from '../field.ts';
import { ZERO_UUID } from '../uuid.ts';

export const deleteTopics = defineApi({
  key: 20,
  name: 'DeleteTopics',
  versions: '1-6',
  flexible: 4,
  request: {
    topics: array(
      {
        name: string({ nullableSince: 6 }),
        topicId: uuid({ default: ZERO_UUID }),
      },
      { since: 6, default: [] },
    ),
    topicNames: array(string(), { until: 5 }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: array({
      name: string({ nullableSince: 6 }),
      topicId: uuid({ since: 6, default: ZERO_UUID }),
      errorCode: int16(),
      errorMessage: string({ since: 5, nullableSince: 5 }),
    }),
  },
});
