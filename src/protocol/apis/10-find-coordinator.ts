/**
 * FindCoordinator: which broker coordinates a group or a transactional id. Up to version 3 one key, from version 4 on several, each with an error of its
 * own (KIP-699).
 */
import { defineApi } from '../api.ts';
import { array, int16, int32, int8, string } from '../field.ts';

export const findCoordinator = defineApi({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-6',
  flexible: 3,
  request: {
    key: string({ until: 3 }),
    /** 0: a group; 1: a transactional id; 2: a share group. */
    keyType: int8({ since: 1, default: 0 }),
    coordinatorKeys: array(string(), { since: 4, default: [] }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, default: 0 }),
    errorCode: int16({ until: 3 }),
    errorMessage: string({ since: 1, until: 3, nullableSince: 1 }),
    nodeId: int32({ until: 3 }),
    host: string({ until: 3 }),
    port: int32({ until: 3 }),
    coordinators: array(
      {
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullableSince: 4 }),
      },
      { since: 4, default: [] },
    ),
  },
});
