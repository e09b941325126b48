/**
 * Produce: record batches for partitions. With `acks` 0 there is no response.
 *
 * Versions 0 to 2 carried the message formats before magic 2 and are gone; a broker still advertises them, since older librdkafka asks for
 * version 0 before it compresses (KAFKA-18659). Version 12 adds its partitions to the transaction by itself (KIP-890), 13 names topics by their ids.
 */
import { defineApi } from '../api.ts';
import { array, int16, int32, int64, records, string, struct, uuid } from '../field.ts';

export const produce = defineApi({
  key: 0,
  name: 'Produce',
  versions: '3-13',
  flexible: 9,
  request: {
    transactionalId: string({ nullableSince: 3 }),
    /** 0: none, and no response; 1: the leader; -1: all in-sync replicas. */
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: string({ until: 12 }),
      topicId: uuid({ since: 13 }),
      partitionData: array({ index: int32(), records: records({ nullableSince: 0 }) }),
    }),
  },
  response: {
    responses: array({
      name: string({ until: 12 }),
      topicId: uuid({ since: 13 }),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ default: -1 }),
        logStartOffset: int64({ since: 5, default: -1 }),
        recordErrors: array(
          { batchIndex: int32(), batchIndexErrorMessage: string({ nullableSince: 8 }) },
          { since: 8, default: [] },
        ),
        errorMessage: string({ since: 8, nullableSince: 8 }),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 }),
          },
          { since: 10, tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32({ default: 0 }),
    nodeEndpoints: array(
      { nodeId: int32(), host: string(), port: int32(), rack: string({ nullableSince: 10 }) },
      { since: 10, tag: 0 },
    ),
  },
});
