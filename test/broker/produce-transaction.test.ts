import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mayAdd } from '#millrace/broker/produce-transaction.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { batch, rig } from './broker-fixture.ts';
import { init, nameOf, send, TransactionalClient } from './transactional-client.ts';

async function open(options: object = {}) {
  const { broker, client, connect } = await rig(options);
  await broker.store.createTopic('t', { partitions: 2 });
  const producer = new TransactionalClient(client, 'a');
  await producer.init();
  return { broker, client, connect, producer, log: broker.store.partition('t', 0) };
}

test.each([
  [7, 'INVALID_TXN_STATE'],
  [10, 'INVALID_TXN_STATE'],
  [11, 'TRANSACTION_ABORTABLE'],
])('a partition that was not added is refused, version %i', async (version, error) => {
  const { producer, log } = await open();
  expect(await producer.send(0, { version })).toBe(error);
  await producer.add(3, [['t', 0]]);
  expect(await producer.send(0, { version })).toBe(0);
  expect(await producer.send(1, { version })).toBe(1);
  expect(await producer.send(0, { version, partition: 1 })).toBe(error);
  await producer.end('commit');
  expect(await producer.send(2, { version })).toBe(error);
  expect(log.lastStableOffset).toBe(3);
});

test('from version 12 on it is added when it is written first (KIP-890)', async () => {
  const { broker, producer } = await open();
  expect(await producer.send(0, { version: 12 })).toBe(0);
  expect(await producer.send(0, { version: 12, partition: 1 })).toBe(0);
  expect((await broker.store.transactions())[0]).toMatchObject({
    state: 'Ongoing',
    partitions: [
      { topic: 't', partition: 0 },
      { topic: 't', partition: 1 },
    ],
  });
  expect(await producer.send(0, { version: 12, topic: 'u' })).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  expect((await broker.store.transactions())[0].partitions).toHaveLength(2);
});

test('who is not known there begins at 0 with transactions of version 2', async () => {
  const { producer } = await open();
  expect(await producer.send(5, { version: 12 })).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  expect(await producer.send(0, { version: 12 })).toBe(0);
});

test('requests that are sent at once are appended in their order, also where a partition is to be added first', async () => {
  const { client, producer, log } = await open();
  const { identity } = producer;
  const request = (sequence: number) => {
    const records = batch([{ value: 'x' }], { ...identity, baseSequence: sequence, transactional: true });
    const topicData = [{ name: 't', partitionData: [{ index: 0, records }] }];
    return { transactionalId: 'a', acks: -1, timeoutMs: 1000, topicData };
  };
  const answers = [0, 1, 2, 3].map((sequence) => client.ask(produce, 12, request(sequence)));
  const offsets = (await Promise.all(answers)).map(({ responses }) => responses[0].partitionResponses[0].baseOffset);
  expect(offsets).toEqual([0, 1, 2, 3]);
  expect(log.endOffset).toBe(4);
});

test('a batch that waits for its partition to be added is what it was, whatever comes in meanwhile', async () => {
  const { client, producer, log } = await open();
  const records = batch([{ value: 'first' }], { ...producer.identity, baseSequence: 0, transactional: true });
  const request = (value: Buffer) => ({
    transactionalId: 'a',
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 't', partitionData: [{ index: 0, records: value }] }],
  });
  const waiting = client.ask(produce, 12, request(records));
  // Of the same length, so that they come to lie where the first one was.
  const others = Array.from({ length: 5 }, () => client.ask(produce, 12, request(Buffer.alloc(records.length, 0xff))));
  expect((await waiting).responses[0].partitionResponses[0].errorCode).toBe(0);
  await Promise.all(others);
  expect(Array.from(log.read(0), (each) => Array.from(each, ({ value }) => String(value)))).toEqual([['first']]);
});

test('a producer that another one has taken the place of', async () => {
  const { client, producer } = await open();
  await producer.add(3, [['t', 0]]);
  expect(await producer.send(0)).toBe(0);
  const zombie = new TransactionalClient(client, 'a');
  zombie.identity = producer.identity;
  expect(await producer.init()).toBe('NONE');
  for (const version of [9, 11, 12]) expect(await zombie.send(1, { version })).toBe('INVALID_PRODUCER_EPOCH');
  expect(await zombie.send(1, { version: 12, partition: 1 })).toBe('INVALID_PRODUCER_EPOCH');
});

test('whose transaction it is', async () => {
  const { client, producer } = await open();
  await producer.add(3, [['t', 0]]);
  expect(await producer.send(0, { transactionalId: null, transactional: true })).toBe(
    'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  );
  const other = new TransactionalClient(client, 'b');
  await other.init();
  other.identity = producer.identity;
  for (const version of [9, 12]) expect(await other.send(0, { version })).toBe('INVALID_PRODUCER_ID_MAPPING');
  expect(await send(client, producer.identity, 0, { transactionalId: 'unknown' })).toBe('INVALID_PRODUCER_ID_MAPPING');
});

test('two producers in one request are refused, and nothing of it is appended', async () => {
  const { client, producer, log } = await open();
  const { producerId, producerEpoch } = producer.identity;
  const part = (index: number, id: number) => ({
    index,
    records: batch([{ value: 'x' }], { producerId: id, producerEpoch, baseSequence: 0, transactional: true }),
  });
  const topicData = [{ name: 't', partitionData: [part(0, producerId), part(1, producerId + 1)] }];
  const { responses } = await client.ask(produce, 12, { transactionalId: 'a', acks: 1, timeoutMs: 1000, topicData });
  expect(responses[0].partitionResponses.map(({ errorCode }) => nameOf(errorCode))).toEqual([
    'INVALID_PRODUCER_ID_MAPPING',
    'INVALID_PRODUCER_ID_MAPPING',
  ]);
  expect(log.endOffset).toBe(0);
});

test('what is not of the transaction, and what clients may not write', async () => {
  const { producer, log } = await open();
  await producer.add(3, [['t', 0]]);
  await producer.send(0);
  expect(await producer.send(1, { transactional: false })).toBe('INVALID_TXN_STATE');
  const marker = {
    baseOffset: 0,
    leaderEpoch: -1,
    timestamp: Date.now(),
    type: 'commit',
    coordinatorEpoch: 0,
  } as const;
  const records = Buffer.from(encodeControlBatch({ ...marker, ...producer.identity }));
  expect(await producer.send(0, { records })).toBe('INVALID_RECORD');
  expect([log.endOffset, log.lastStableOffset]).toEqual([1, 0]);
});

test('a transaction goes on behind a restart of the broker', async () => {
  const data = join(temporaryDirectory(), 'data');
  const config = { 'transaction.state.log.num.partitions': 2 };
  const before = await rig({ data, config });
  await before.broker.store.createTopic('t', { partitions: 2 });
  const producer = new TransactionalClient(before.client, 'a');
  await producer.init();
  await producer.add(3, [
    ['t', 0],
    ['t', 1],
  ]);
  expect(await producer.send(0)).toBe(0);
  await before.broker.close();
  const { broker, client } = await rig({ data, config });
  const again = new TransactionalClient(client, 'a');
  again.identity = producer.identity;
  // Until the coordinator has loaded its log a client is told to come again.
  await expect.poll(() => again.send(0, { partition: 1 })).toBe(0);
  expect(await again.send(1)).toBe(1);
  expect(await again.end('commit')).toBe('NONE');
  expect([0, 1].map((partition) => broker.store.partition('t', partition).lastStableOffset)).toEqual([3, 2]);
});

test('only requests that may add keep the next one waiting', () => {
  const request = { transactionalId: 'a', acks: 1, timeoutMs: 1, topicData: [] };
  expect([mayAdd(request, 11), mayAdd(request, 12), mayAdd({ ...request, transactionalId: null }, 12)]).toEqual([
    false,
    true,
    false,
  ]);
});

/** PITFALLS of brokers before: what an idempotent producer is told. */
test('a batch that comes again gets its first offset, and one after a gap nothing', async () => {
  const { client, log } = await open();
  const producer = await init(client, null);
  const sent = { transactional: false };
  for (let sequence = 0; sequence < 6; sequence++) expect(await send(client, producer, sequence, sent)).toBe(sequence);
  // Five are remembered.
  for (const sequence of [1, 3, 5]) expect(await send(client, producer, sequence, sent)).toBe(sequence);
  for (const sequence of [0, 7, 9]) {
    expect(await send(client, producer, sequence, sent)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  }
  expect(await send(client, producer, 4, { ...sent, count: 2 })).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  expect(log.endOffset).toBe(6);
  const next = { ...producer, producerEpoch: 1 };
  expect(await send(client, next, 6, sent)).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
  expect(await send(client, next, 0, sent)).toBe(6);
  expect(await send(client, producer, 6, sent)).toBe('INVALID_PRODUCER_EPOCH');
});

test('one of whom nothing is known any more goes on (KIP-360), and one without a sequence does not', async () => {
  const { client } = await open();
  const sent = { transactional: false };
  expect(await send(client, { producerId: 77_000, producerEpoch: 3 }, 41, sent)).toBe(0);
  expect(await send(client, { producerId: 77_000, producerEpoch: 3 }, 42, sent)).toBe(1);
  expect(await send(client, { producerId: 77_000, producerEpoch: 3 }, -1, sent)).toBe('INVALID_RECORD');
  // Sequences go on at 0 after the largest.
  const last = { producerId: 77_001, producerEpoch: 0 };
  expect(await send(client, last, 2 ** 31 - 1, sent)).toBe(2);
  expect(await send(client, last, 0, sent)).toBe(3);
});
