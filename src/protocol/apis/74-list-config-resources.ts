/**
 * ListConfigResources: the names of what has settings: from version 1 on of the types asked for, in version 0 of clients' metrics alone (KIP-1142).
 */
import { defineApi } from '../api.ts';
import { array, int16, int32, int8, string } from '../field.ts';

export const listConfigResources = defineApi({
  key: 74,
  name: 'ListConfigResources',
  versions: '0-1',
  flexible: 0,
  request: {
    resourceTypes: array(int8(), { since: 1, default: [] }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    configResources: array({ resourceName: string(), resourceType: int8({ since: 1, default: 16 }) }),
  },
});
