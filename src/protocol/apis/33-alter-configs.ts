/**
 * AlterConfigs: all settings of topics or brokers at once; those that are left out go back to their defaults. IncrementalAlterConfigs has taken its place.
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, int8, string } from '../field.ts';

export const alterConfigs = defineApi({
  key: 33,
  name: 'AlterConfigs',
  versions: '0-2',
  flexible: 2,
  request: {
    resources: array({
      resourceType: int8(),
      resourceName: string(),
      configs: array({ name: string(), value: string({ nullableSince: 0 }) }),
    }),
    validateOnly: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    responses: array({
      errorCode: int16(),
      errorMessage: string({ nullableSince: 0 }),
      resourceType: int8(),
      resourceName: string(),
    }),
  },
});
