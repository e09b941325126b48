/** DescribeClientQuotas: the quotas of users, clients and addresses that match a filter (KIP-546). */
import { defineApi } from '../api.ts';
import { array, bool, float64, int16, int32, int8, string } from '../field.ts';

export const describeClientQuotas = defineApi({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: '0-1',
  flexible: 1,
  request: {
    components: array({ entityType: string(), matchType: int8(), match: string({ nullableSince: 0 }) }),
    strict: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    entries: array(
      {
        entity: array({ entityType: string(), entityName: string({ nullableSince: 0 }) }),
        values: array({ key: string(), value: float64() }),
      },
      { nullableSince: 0 },
    ),
  },
});
