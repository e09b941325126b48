/**
 * Metadata: brokers, topics, partitions and their leaders. What every client asks first, and again whenever it was wrong.
 *
 * `topics` null asks for all; in version 0, where it cannot be null, an empty list does. From version 10 on topics have ids, from 12 on they can be asked
 * for by them.
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, string, uuid } from '../field.ts';
import { ZERO_UUID } from '../uuid.ts';

export const metadata = defineApi({
  key: 3,
  name: 'Metadata',
  versions: '0-13',
  flexible: 9,
  request: {
    topics: array(
      {
        topicId: uuid({ since: 10, default: ZERO_UUID }),
        name: string({ nullableSince: 10 }),
      },
      { nullableSince: 1 },
    ),
    allowAutoTopicCreation: bool({ since: 4, default: true }),
    includeClusterAuthorizedOperations: bool({ since: 8, until: 10 }),
    includeTopicAuthorizedOperations: bool({ since: 8, default: false }),
  },
  response: {
    throttleTimeMs: int32({ since: 3, default: 0 }),
    brokers: array({
      nodeId: int32(),
      host: string(),
      port: int32(),
      rack: string({ since: 1, nullableSince: 1 }),
    }),
    clusterId: string({ since: 2, nullableSince: 2 }),
    controllerId: int32({ since: 1, default: -1 }),
    topics: array({
      errorCode: int16(),
      name: string({ nullableSince: 12 }),
      topicId: uuid({ since: 10, default: ZERO_UUID }),
      isInternal: bool({ since: 1, default: false }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ since: 7, default: -1 }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        offlineReplicas: array(int32(), { since: 5, default: [] }),
      }),
      /** A bit for each operation; the smallest int32 if it was not asked for. */
      topicAuthorizedOperations: int32({ since: 8, default: -0x8000_0000 }),
    }),
    /** As for a topic. */
    clusterAuthorizedOperations: int32({ since: 8, until: 10, default: -0x8000_0000 }),
    errorCode: int16({ since: 13 }),
  },
});
