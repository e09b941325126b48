import { expect, test } from 'vitest';
import { decodeTransactionRecord } from '#millrace/cli/dump/transaction-log-decoder.js';
import { encodeKey, encodeValue } from '#millrace/transaction/transaction-log-format.js';
import type { TransactionMetadata } from '#millrace/transaction/transaction-metadata.js';
import { PartitionSet } from '#millrace/transaction/partition-set.js';

const metadata: TransactionMetadata = {
  producerId: 7,
  previousProducerId: -1,
  nextProducerId: -1,
  producerEpoch: 2,
  lastProducerEpoch: -1,
  timeoutMs: 60_000,
  state: 'Ongoing',
  partitions: new PartitionSet([
    { topic: 'a', partition: 0 },
    { topic: 'b', partition: 1 },
    { topic: 'a', partition: 2 },
  ]),
  startedAt: 10,
  updatedAt: 20,
  clientVersion: 0,
};
const key = encodeKey('mover');

test('a transaction with the names of Kafka’s schema', () => {
  const fields = {
    producerId: 7,
    producerEpoch: 2,
    transactionTimeoutMs: 60_000,
    transactionStatus: 1,
    transactionPartitions: [
      { topic: 'a', partitionIds: [0, 2] },
      { topic: 'b', partitionIds: [1] },
    ],
    transactionLastUpdateTimestampMs: 20,
    transactionStartTimestampMs: 10,
  };
  const expected = { key: { type: '0', data: { transactionalId: 'mover' } }, value: { version: '0', data: fields } };
  expect(decodeTransactionRecord(key, encodeValue(metadata, 0))).toEqual(expected);
  const tagged = { previousProducerId: 5, nextProducerId: 9, clientVersion: 2 } as const;
  expect(decodeTransactionRecord(key, encodeValue({ ...metadata, ...tagged, state: 'Empty' }, 2))).toMatchObject({
    value: {
      version: '1',
      data: {
        previousProducerId: 5,
        nextProducerId: 9,
        clientTransactionVersion: 2,
        transactionStatus: 0,
        transactionPartitions: null,
      },
    },
  });
});

test('tombstones, and what is not decoded', () => {
  expect(decodeTransactionRecord(key, null)).toEqual({
    key: { type: '0', data: { transactionalId: 'mover' } },
    value: null,
  });
  expect(decodeTransactionRecord(Buffer.from([0, 1]), null)).toEqual({ undecoded: 'unknown record type 1' });
  expect(decodeTransactionRecord(key, Buffer.from([0, 2]))).toEqual({ undecoded: 'a value of version 2' });
  expect(decodeTransactionRecord(key, Buffer.from([0, 0]))).toEqual({
    undecoded: expect.stringContaining('__transaction_state'),
  });
});
