import { expect, test } from 'vitest';
import { writeTxnMarkers } from '#millrace/protocol/apis/27-write-txn-markers.js';
import { rig } from '../broker-fixture.ts';
import { nameOf, TransactionalClient } from '../transactional-client.ts';

async function open() {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { partitions: 2 });
  const producer = new TransactionalClient(client, 'a');
  await producer.init();
  await producer.init();
  const mark = async (version: number, more: object = {}) => {
    const topics = [{ name: 't', partitionIndexes: [0] }];
    const marker = { ...producer.identity, transactionResult: true, coordinatorEpoch: 3, topics, ...more };
    const { markers } = await client.ask(writeTxnMarkers, version, { markers: [marker] });
    return markers[0].topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => nameOf(errorCode)));
  };
  return { broker, client, producer, mark, log: broker.store.partition('t', 0) };
}

test.each([1, 2])('ends what hangs in partitions, version %i', async (version) => {
  const { producer, mark, log } = await open();
  await producer.add(3, [['t', 0]]);
  await producer.send(0);
  expect(log.lastStableOffset).toBe(0);
  const topics = [
    { name: 't', partitionIndexes: [0, 1, 2] },
    { name: 'u', partitionIndexes: [0] },
  ];
  const unknown = 'UNKNOWN_TOPIC_OR_PARTITION';
  expect(await mark(version, { topics, transactionResult: false })).toEqual(['NONE', 'NONE', unknown, unknown]);
  expect([log.lastStableOffset, log.durableOffset]).toEqual([2, 2]);
  expect(log.abortedTransactions(0, 2)).toHaveLength(1);
});

test('what comes late is refused', async () => {
  const { producer, mark, log } = await open();
  expect(await mark(1)).toEqual(['NONE']);
  expect(await mark(1, { coordinatorEpoch: 2 })).toEqual(['TRANSACTION_COORDINATOR_FENCED']);
  expect(await mark(1, { producerEpoch: 0 })).toEqual(['INVALID_PRODUCER_EPOCH']);
  await producer.add(3, [['t', 0]]);
  await producer.send(0);
  // KIP-1228: a marker of version 2 has a higher epoch than what it ends.
  expect(await mark(2, { transactionVersion: 2 })).toEqual(['INVALID_PRODUCER_EPOCH']);
  expect(log.endOffset).toBe(2);
});

test('KAFKA-17507: offsets that a marker commits are there when it is answered', async () => {
  const { broker, client, producer, mark } = await open();
  expect(await producer.commitOffset(5, 'g', 7)).toBe('NONE');
  expect(await broker.store.committedOffsets('g')).toEqual([]);
  expect(await mark(1, { topics: [{ name: '__consumer_offsets', partitionIndexes: [3] }] })).toEqual(['NONE']);
  expect(await broker.store.committedOffsets('g')).toMatchObject([{ topic: 't', partition: 0, offset: 7 }]);
  expect(await client.ask(writeTxnMarkers, 1, { markers: [] })).toMatchObject({ markers: [] });
});
