import { expect, test } from 'vitest';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { batch, rig } from '../broker-fixture.ts';

const versions = [3, 5, 7, 8, 9, 10, 11, 12];

function request(topic: string, records: Buffer | null, more: { index?: number; acks?: number } = {}) {
  const { index = 0, acks = 1 } = more;
  return {
    transactionalId: null,
    acks,
    timeoutMs: 1000,
    topicData: [{ name: topic, topicId: ZERO_UUID, partitionData: [{ index, records }] }],
  };
}

test.each(versions)('appends a batch, version %i', async (version) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const records = batch([{ key: 'a', value: '1' }, { value: '2' }]);
  for (const baseOffset of [0, 2]) {
    const answer = await client.ask(produce, version, request('t', records));
    expect(answer.responses[0]).toMatchObject({
      name: 't',
      partitionResponses: [{ index: 0, errorCode: 0, baseOffset, logAppendTimeMs: -1 }],
    });
  }
  const values = [...broker.store.partition('t', 0).read(0)].flatMap((each) =>
    [...each].map(({ value }) => String(value)),
  );
  expect(values).toEqual(['1', '2', '1', '2']);
});

test('version 13 names the topic by its id', async () => {
  const { broker, client } = await rig();
  const { id } = await broker.store.createTopic('t');
  const ask = (topicId: string) =>
    client.ask(produce, 13, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ topicId, partitionData: [{ index: 0, records: batch([{ value: 'x' }]) }] }],
    });
  expect((await ask(id)).responses[0]).toMatchObject({
    topicId: id,
    partitionResponses: [{ errorCode: 0, baseOffset: 0 }],
  });
  const other = 'A'.repeat(21) + 'g';
  expect((await ask(other)).responses[0].partitionResponses[0].errorCode).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_ID);
});

test('with acks 0 there is no answer, and the next request has its own', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  client.send(produce, 9, request('t', batch([{ value: 'x' }]), { acks: 0 }));
  const { responses } = await client.ask(produce, 9, request('t', batch([{ value: 'y' }])));
  expect(responses[0].partitionResponses[0].baseOffset).toBe(1);
});

test('with acks 0 an error ends the connection, once what came before it is answered', async () => {
  const { broker, client, connect } = await rig();
  await broker.store.createTopic('t', { config: { 'flush.messages': 1 } });
  const other = await connect();
  const id = client.send(produce, 9, request('t', batch([{ value: 'x' }])));
  client.send(produce, 9, request('none', batch([{ value: 'x' }]), { acks: 0 }));
  client.send(produce, 9, request('t', batch([{ value: 'after' }]), { acks: 0 }));
  expect((await client.nextFrame()).readInt32BE(0)).toBe(id);
  await client.closed;
  expect(broker.store.partition('t', 0).endOffset).toBe(1);
  const [{ errors }] = broker.statistics.apis;
  expect([...errors]).toEqual([['UNKNOWN_TOPIC_OR_PARTITION', 1]]);
  const { statistics } = broker.listeners[0];
  await expect.poll(() => statistics.connections).toBe(1);
  expect(statistics).toMatchObject({ malformed: 0, failed: 0 });
  const { responses } = await other.ask(produce, 9, request('t', batch([{ value: 'y' }])));
  expect(responses[0].partitionResponses[0].baseOffset).toBe(1);
});

test('the answer of a topic with commit durability comes after the flush, and many requests share one', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { config: { 'flush.messages': 1 } });
  const before = broker.store.statistics.flush.rounds;
  const ids = Array.from({ length: 40 }, () => client.send(produce, 9, request('t', batch([{ value: 'x' }]))));
  for (const id of ids) expect((await client.nextFrame()).readInt32BE(0)).toBe(id);
  expect(broker.store.partition('t', 0).durableOffset).toBe(40);
  expect(broker.store.statistics.flush.rounds - before).toBeLessThan(20);
});

test.each([
  ['an unknown topic', 'none', 0, batch([{ value: 'x' }]), 'UNKNOWN_TOPIC_OR_PARTITION'],
  ['a name that no topic can have', 'a b', 0, batch([{ value: 'x' }]), 'UNKNOWN_TOPIC_OR_PARTITION'],
  ['a topic of the broker that is not there yet', '__transaction_state', 0, null, 'UNKNOWN_TOPIC_OR_PARTITION'],
  ['an unknown partition', 't', 7, batch([{ value: 'x' }]), 'UNKNOWN_TOPIC_OR_PARTITION'],
  ['a negative partition', 't', -1, batch([{ value: 'x' }]), 'UNKNOWN_TOPIC_OR_PARTITION'],
  ['no records', 't', 0, null, 'INVALID_RECORD'],
  ['less than a header', 't', 0, Buffer.alloc(20), 'INVALID_RECORD'],
  ['two batches', 't', 0, Buffer.concat([batch([{ value: 'x' }]), batch([{ value: 'x' }])]), 'INVALID_RECORD'],
  ['magic 1', 't', 0, Buffer.alloc(70, 1), 'INVALID_RECORD'],
  ['a topic of the broker', '__consumer_offsets', 0, batch([{ value: 'x' }]), 'INVALID_TOPIC_EXCEPTION'],
] as const)('%s is refused, and the connection goes on', async (_, topic, index, records, expected) => {
  const { broker, client } = await rig();
  for (const name of ['t', '__consumer_offsets']) await broker.store.createTopic(name);
  const answer = await client.ask(produce, 9, request(topic, records, { index }));
  expect(answer.responses[0].partitionResponses[0]).toMatchObject({
    errorCode: kafkaErrorCodes[expected],
    baseOffset: -1,
  });
  expect(answer.responses[0].partitionResponses[0].errorMessage ?? '').not.toContain(broker.store.directory);
  // What clients make up is not counted, or the counters would grow without end.
  expect(broker.statistics.failures.of('a b')).toBeNull();
  expect(
    (await client.ask(produce, 9, request('t', batch([{ value: 'x' }])))).responses[0].partitionResponses[0].errorCode,
  ).toBe(0);
});

test('damage, too much, and acks that are none get their code', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { config: { 'max.message.bytes': 500 } });
  const damaged = batch([{ value: 'x'.repeat(50) }]);
  damaged[damaged.length - 5] ^= 1;
  const codeOf = async (records: Buffer, acks = 1): Promise<number> =>
    (await client.ask(produce, 9, request('t', records, { acks }))).responses[0].partitionResponses[0].errorCode;
  expect(await codeOf(damaged)).toBe(kafkaErrorCodes.CORRUPT_MESSAGE);
  expect(await codeOf(batch([{ value: 'x'.repeat(600) }]))).toBe(kafkaErrorCodes.MESSAGE_TOO_LARGE);
  expect(await codeOf(batch([{ value: 'x' }]), 2)).toBe(kafkaErrorCodes.INVALID_REQUIRED_ACKS);
  expect(broker.store.partition('t', 0).endOffset).toBe(0);
});

test('zstd is for version 7 on', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const records = batch([{ value: 'x' }]);
  // Its codec; the checksum is not looked at before that.
  records[22] = 4;
  const answer = await client.ask(produce, 6, request('t', records));
  expect(answer.responses[0].partitionResponses[0].errorCode).toBe(kafkaErrorCodes.UNSUPPORTED_COMPRESSION_TYPE);
});
