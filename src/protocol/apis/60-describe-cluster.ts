/**
 * DescribeCluster: brokers or, from version 1 on, controllers, and what a client may do with the cluster. What an admin client asks in place of Metadata.
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, int8, string } from '../field.ts';

export const describeCluster = defineApi({
  key: 60,
  name: 'DescribeCluster',
  versions: '0-2',
  flexible: 0,
  request: {
    includeClusterAuthorizedOperations: bool(),
    /** 1: brokers; 2: controllers. */
    endpointType: int8({ since: 1, default: 1 }),
    includeFencedBrokers: bool({ since: 2, default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    /** 1: brokers; 2: controllers. */
    endpointType: int8({ since: 1, default: 1 }),
    clusterId: string(),
    controllerId: int32({ default: -1 }),
    brokers: array({
      brokerId: int32(),
      host: string(),
      port: int32(),
      rack: string({ nullableSince: 0 }),
      isFenced: bool({ since: 2, default: false }),
    }),
    clusterAuthorizedOperations: int32({ default: -0x8000_0000 }),
  },
});
