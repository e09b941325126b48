/** Faults as a test injects them, and what a client sees of them. */
import { expect, test } from 'vitest';
import { Faults, TestClock } from 'millrace/broker';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { batch, rig } from './broker-fixture.ts';

const toT = (acks = -1) => ({
  transactionalId: null,
  acks,
  timeoutMs: 1000,
  topicData: [{ name: 't', topicId: ZERO_UUID, partitionData: [{ index: 0, records: batch([{ value: 'x' }]) }] }],
});

const allOf = (topics: { topicId: string; name: string }[] | null) => ({
  topics,
  allowAutoTopicCreation: false,
  includeClusterAuthorizedOperations: false,
  includeTopicAuthorizedOperations: false,
});

async function withT(options: { clock?: TestClock } = {}) {
  const faults = new Faults();
  const found = await rig({ faults, ...options });
  await found.broker.store.createTopic('t');
  const codeOfProduce = async (client = found.client): Promise<number> => {
    const { responses } = await client.ask(produce, 9, toT());
    return responses[0].partitionResponses[0].errorCode;
  };
  return { ...found, faults, codeOfProduce, endOffset: () => found.broker.store.partition('t', 0).endOffset };
}

const { NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR, UNKNOWN_LEADER_EPOCH } = kafkaErrorCodes;

test('an error, so many times; nothing is appended meanwhile', async () => {
  const { faults, codeOfProduce, endOffset, broker } = await withT();
  const fault = faults.on('produce', { times: 2, errorCode: 'NOT_LEADER_OR_FOLLOWER' });
  expect([await codeOfProduce(), await codeOfProduce()]).toEqual([NOT_LEADER_OR_FOLLOWER, NOT_LEADER_OR_FOLLOWER]);
  expect([fault.count, endOffset()]).toEqual([2, 0]);
  expect([await codeOfProduce(), fault.count, endOffset()]).toEqual([0, 2, 1]);
  expect(broker.statistics.apis[0].errors.get('NOT_LEADER_OR_FOLLOWER')).toBe(2);
});

test('without a number until it is taken back, by itself or with all others', async () => {
  const { faults, codeOfProduce } = await withT();
  const first = faults.on('produce', { errorCode: 'NOT_LEADER_OR_FOLLOWER' });
  const second = faults.on('produce', { errorCode: 'UNKNOWN_LEADER_EPOCH' });
  for (let i = 0; i < 3; i++) expect(await codeOfProduce()).toBe(NOT_LEADER_OR_FOLLOWER);
  first.remove();
  expect(await codeOfProduce()).toBe(UNKNOWN_LEADER_EPOCH);
  faults.clear();
  expect(await codeOfProduce()).toBe(0);
  expect([first.count, second.count]).toEqual([3, 1]);
});

test('only for the requests that are meant', async () => {
  const { faults, client } = await withT();
  const fault = faults.on('metadata', {
    errorCode: 'LEADER_NOT_AVAILABLE',
    when: ({ clientId, version }) => clientId === 'one' && version === 9,
  });
  const codes: number[] = [];
  for (const [clientId, version] of [
    ['one', 9],
    ['one', 8],
    ['two', 9],
  ] as const) {
    const asked = allOf([{ topicId: ZERO_UUID, name: 't' }]);
    codes.push((await client.ask(metadata, version, asked, clientId)).topics[0].errorCode);
  }
  expect([codes, fault.count]).toEqual([[kafkaErrorCodes.LEADER_NOT_AVAILABLE, 0, 0], 1]);
});

test('a request whose answer has no place for an error goes by', async () => {
  const { faults, client } = await withT();
  const fault = faults.on('metadata', { errorCode: 'LEADER_NOT_AVAILABLE' });
  expect((await client.ask(metadata, 9, allOf(null))).topics).toHaveLength(1);
  expect(fault.count).toBe(0);
});

test('a dropped request is not done; of a dropped answer only the client does not know', async () => {
  const { faults, client, connect, codeOfProduce, endOffset, broker } = await withT();
  faults.on('produce', { times: 1, drop: 'request' });
  await expect(codeOfProduce()).rejects.toThrow('closed the connection');
  await client.closed;
  expect(endOffset()).toBe(0);
  faults.on('produce', { times: 1, drop: 'answer' });
  await expect(codeOfProduce(await connect())).rejects.toThrow('closed the connection');
  expect(endOffset()).toBe(1);
  expect(await codeOfProduce(await connect())).toBe(0);
  expect(broker.listeners[0].statistics).toMatchObject({ malformed: 0, failed: 0 });
});

test('an error for who waits for no answer closes the connection, as with Kafka', async () => {
  const { faults, client, endOffset } = await withT();
  faults.on('produce', { errorCode: 'NOT_LEADER_OR_FOLLOWER' });
  client.send(produce, 9, toT(0));
  await client.closed;
  expect(endOffset()).toBe(0);
});

test('a delay ends when the clock says so; what the connection asks behind it waits too', async () => {
  const clock = new TestClock(Date.now());
  const { faults, client, connect, codeOfProduce, endOffset } = await withT({ clock });
  faults.on('produce', { times: 1, delayMs: 30_000 });
  let order = '';
  const code = codeOfProduce().then((found) => {
    order += 'p';
    return found;
  });
  await expect.poll(() => client.socket.bytesWritten).toBeGreaterThan(0);
  const behind = client.ask(apiVersions, 0, {}).catch(() => null);
  // Others do not wait.
  expect((await (await connect()).ask(apiVersions, 0, {})).errorCode).toBe(0);
  clock.advance(29_999);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([order, endOffset()]).toEqual(['', 0]);
  clock.advance(1);
  expect(await code).toBe(0);
  await behind;
  expect(endOffset()).toBe(1);
});

test('closing does not wait for a delay', async () => {
  const clock = new TestClock(Date.now());
  const { faults, broker, client } = await withT({ clock });
  const fault = faults.on('produce', { delayMs: 3_600_000, errorCode: 'REQUEST_TIMED_OUT' });
  client.send(produce, 9, toT());
  await expect.poll(() => fault.count).toBe(1);
  const began = performance.now();
  await broker.close();
  expect(performance.now() - began).toBeLessThan(2000);
});

test('a full disk refuses appends and lets them through when there is room again', async () => {
  const { faults, codeOfProduce, endOffset, broker } = await withT();
  const full = faults.on('produce', { disk: 'ENOSPC' });
  expect([await codeOfProduce(), endOffset()]).toEqual([KAFKA_STORAGE_ERROR, 0]);
  expect(broker.store.failure).toBeNull();
  full.remove();
  expect([await codeOfProduce(), endOffset()]).toEqual([0, 1]);
});

test('a failed disk takes the directory offline: reads go on, and no write does until it is opened again', async () => {
  const { faults, client, codeOfProduce, broker } = await withT();
  expect(await codeOfProduce()).toBe(0);
  faults.on('produce', { times: 1, disk: 'EIO' });
  expect([await codeOfProduce(), await codeOfProduce()]).toEqual([KAFKA_STORAGE_ERROR, KAFKA_STORAGE_ERROR]);
  expect(broker.store.failure).toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
  const { responses } = await client.ask(fetch, 11, {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1000,
    topics: [
      { topic: 't', topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] },
    ],
  });
  expect(responses[0].partitions[0]).toMatchObject({ errorCode: 0, records: { length: 69 } });
  await broker.close().catch(() => undefined);
});

test.each([
  ['an API that there is none of', 'prodce', { drop: 'request' }, 'did you mean'],
  ['nothing that goes wrong', 'produce', { times: 1 }, 'one of errorCode'],
  ['no error of Kafka', 'produce', { errorCode: 'NOT_LEADER' }, 'errorCode'],
  ['no error at all', 'produce', { errorCode: 'NONE' }, 'errorCode'],
  ['a word of its own', 'produce', { drop: 'request', dely: 5 }, 'dely'],
  ['a drop of something else', 'produce', { drop: true }, 'drop'],
  ['a negative delay', 'produce', { delayMs: -1 }, 'delayMs'],
  ['no time', 'produce', { times: 0, drop: 'request' }, 'times'],
  ['a disk of another API', 'fetch', { disk: 'EIO' }, 'disk'],
  ['another disk', 'produce', { disk: 'EBADF' }, 'disk'],
  ['a condition that is none', 'produce', { drop: 'request', when: true }, 'when'],
  ['no object', 'produce', null, 'fault'],
])('%s is refused', (_, api, fault, word) => {
  const call = () => new Faults().on(api as never, fault as never);
  expect(call).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
  expect(call).toThrow(word);
});
