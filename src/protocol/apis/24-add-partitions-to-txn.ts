/**
 * AddPartitionsToTxn: partitions that a transaction is going to write. Up to version 3 for one transaction, as clients send it; from version 4 on for several, between
 * brokers, also to ask only whether they are in it (KIP-890).
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, int64, string } from '../field.ts';

const topic = {
  name: string(),
  partitions: array(int32()),
};

const partitionResult = {
  partitionIndex: int32(),
  partitionErrorCode: int16(),
};

const topicResult = {
  name: string(),
  resultsByPartition: array(partitionResult),
};

export const addPartitionsToTxn = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: 3,
  request: {
    transactions: array(
      {
        transactionalId: string(),
        producerId: int64(),
        producerEpoch: int16(),
        verifyOnly: bool({ default: false }),
        topics: array(topic),
      },
      { since: 4, default: [] },
    ),
    v3AndBelowTransactionalId: string({ until: 3 }),
    v3AndBelowProducerId: int64({ until: 3 }),
    v3AndBelowProducerEpoch: int16({ until: 3 }),
    v3AndBelowTopics: array(topic, { until: 3 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ since: 4 }),
    resultsByTransaction: array(
      { transactionalId: string(), topicResults: array(topicResult) },
      { since: 4, default: [] },
    ),
    resultsByTopicV3AndBelow: array(topicResult, { until: 3 }),
  },
});
