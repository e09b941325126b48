/** AlterClientQuotas: sets and removes quotas of users, clients and addresses. */
import { defineApi } from '../api.ts';
import { array, bool, float64, int16, int32, string } from '../field.ts';

export const alterClientQuotas = defineApi({
  key: 49,
  name: 'AlterClientQuotas',
  versions: '0-1',
  flexible: 1,
  request: {
    entries: array({
      entity: array({ entityType: string(), entityName: string({ nullableSince: 0 }) }),
      ops: array({ key: string(), value: float64(), remove: bool() }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    entries: array({
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      entity: array({ entityType: string(), entityName: string({ nullableSince: 0 }) }),
    }),
  },
});
