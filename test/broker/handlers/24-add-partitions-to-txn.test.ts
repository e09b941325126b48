import { expect, test } from 'vitest';
import { addPartitionsToTxn } from '#millrace/protocol/apis/24-add-partitions-to-txn.js';
import { rig } from '../broker-fixture.ts';
import { nameOf, TransactionalClient } from '../transactional-client.ts';

async function open() {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { partitions: 2 });
  const producer = new TransactionalClient(client, 'a');
  await producer.init();
  const partitions = async () => (await broker.store.transactions())[0].partitions;
  return { broker, client, producer, partitions };
}

test.each([0, 1, 2, 3, 4, 5])('adds, once and again, version %i', async (version) => {
  const { producer, partitions } = await open();
  expect(await producer.add(version, [['t', 1]])).toEqual(['NONE']);
  const both = [
    ['t', 0],
    ['t', 1],
  ] as const;
  expect(await producer.add(version, both)).toEqual(['NONE', 'NONE']);
  expect(await partitions()).toHaveLength(2);
});

test('one that cannot be written keeps all from being added', async () => {
  const { producer, partitions } = await open();
  expect(
    await producer.add(3, [
      ['t', 0],
      ['t', 2],
      ['u', 0],
      ['..', 0],
      ['__consumer_offsets', 0],
    ]),
  ).toEqual([
    'OPERATION_NOT_ATTEMPTED',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'TOPIC_AUTHORIZATION_FAILED',
  ]);
  expect(await partitions()).toEqual([]);
});

test('who may not, and how a client of its version is told', async () => {
  const { client, producer } = await open();
  const { producerId, producerEpoch } = producer.identity;
  producer.identity = { producerId, producerEpoch: producerEpoch + 1 };
  expect(await producer.add(1, [['t', 0]])).toEqual(['INVALID_PRODUCER_EPOCH']);
  for (const version of [2, 3, 5]) expect(await producer.add(version, [['t', 0]])).toEqual(['PRODUCER_FENCED']);
  producer.identity = { producerId: producerId + 1, producerEpoch };
  expect(await producer.add(3, [['t', 0]])).toEqual(['INVALID_PRODUCER_ID_MAPPING']);
  const unknown = new TransactionalClient(client, 'unknown');
  expect(await unknown.add(3, [['t', 0]])).toEqual(['INVALID_PRODUCER_ID_MAPPING']);
  expect(await new TransactionalClient(client, '').add(3, [['t', 0]])).toEqual(['INVALID_REQUEST']);
});

test('brokers ask for many transactions at a time, and whether partitions are in them', async () => {
  const { client, producer } = await open();
  await producer.add(3, [['t', 1]]);
  const other = new TransactionalClient(client, 'b');
  await other.init();
  const topics = [{ name: 't', partitions: [0, 1] }];
  const { transactionalId } = producer;
  const asked = { transactionalId, ...producer.identity, verifyOnly: true, topics };
  const ask = async (version: number, ...transactions: (typeof asked)[]) => {
    const { errorCode, resultsByTransaction } = await client.ask(addPartitionsToTxn, version, { transactions });
    expect(errorCode).toBe(0);
    return resultsByTransaction.map((each) => [
      each.transactionalId,
      ...each.topicResults[0].resultsByPartition.map(({ partitionErrorCode }) => nameOf(partitionErrorCode)),
    ]);
  };
  const adding = { ...asked, ...other.identity, transactionalId: 'b', verifyOnly: false };
  for (const version of [4, 5]) {
    expect(await ask(version, asked, adding)).toEqual([
      ['a', 'TRANSACTION_ABORTABLE', 'NONE'],
      ['b', 'NONE', 'NONE'],
    ]);
  }
  expect(await ask(5, { ...asked, producerEpoch: 4 })).toEqual([['a', 'PRODUCER_FENCED', 'PRODUCER_FENCED']]);
});
