/** What clients send that no client should, over a socket, each by its name; the fuzzer draws more of it. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { listOffsets } from '#millrace/protocol/apis/02-list-offsets.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { deleteRecords } from '#millrace/protocol/apis/21-delete-records.js';
import { offsetForLeaderEpoch } from '#millrace/protocol/apis/23-offset-for-leader-epoch.js';
import { native } from '#millrace/native.js';
import { kafkaErrorOf } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { FakeClock } from '../support/fake-clock.ts';
import { privateMib } from '../support/private-memory.ts';
import type { BrokerClient } from './broker-client.ts';
import { batch, rig } from './broker-fixture.ts';

const MIB = 1024 * 1024;
const [METADATA, VERSION, LIST_OFFSETS] = [3, 12, 2];

/** A frame with a header of the classic form, or, from `tags` on, of the flexible one; client id null. */
function frame(apiKey: number, version: number, body: string, tags = ''): Buffer {
  const header = Buffer.alloc(10);
  header.writeInt16BE(apiKey, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(1, 4);
  header.writeInt16BE(-1, 8);
  const content = Buffer.concat([header, Buffer.from(tags, 'hex'), Buffer.from(body.replaceAll(' ', ''), 'hex')]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** The first bytes of a frame say that it is longer than it is. */
function lying(whole: Buffer, by: number): Buffer {
  const copy = Buffer.from(whole);
  copy.writeInt32BE(copy.readInt32BE(0) + by);
  return copy;
}

const askedForAll = frame(METADATA, VERSION, '00 01 00 00', '00');

test.each([
  ['a length that lies: too short', lying(askedForAll, -2)],
  ['a truncated frame', frame(METADATA, VERSION, '02', '00')],
  ['a huge count', frame(METADATA, 1, '7fffffff')],
  ['a negative count', frame(LIST_OFFSETS, 1, 'ffffffff fffffffe')],
  ['a count that is more than there are bytes', frame(METADATA, 1, '00000100 0001 61')],
  ['a huge compact count', frame(METADATA, VERSION, 'ffffffff 0f 00', '00')],
  ['a string of huge size', frame(METADATA, 1, '00000001 7fff 61')],
  ['a string of negative size', frame(METADATA, 1, '00000001 fffe 61')],
  ['a varint that overflows', frame(METADATA, VERSION, 'ffffffff 7f 00', '00')],
  ['a varint without an end', frame(METADATA, VERSION, 'ff ff ff ff ff ff ff ff ff ff', '00')],
  ['a huge count of tags', frame(METADATA, VERSION, '00 01 00 00', 'ffffffff0f')],
  ['a tag of a huge size', frame(METADATA, VERSION, '00 01 00 01 63 ffffffff 0f', '00')],
  ['a version of the future', frame(METADATA, 99, '')],
  ['a negative version', frame(METADATA, -1, '')],
  ['an API of the future', frame(999, 0, '')],
])('%s closes its connection, takes no memory, and others go on', async (_, bytes) => {
  const { broker, client, connect } = await rig();
  const other = await connect();
  const before = privateMib();
  client.socket.write(bytes);
  await client.closed;
  expect(privateMib() - before).toBeLessThan(64);
  expect(broker.listeners[0].statistics).toMatchObject({ malformed: 1, failed: 0 });
  expect((await other.ask(apiVersions, 0, {})).errorCode).toBe(0);
});

test('tags that nobody knows are passed over', async () => {
  const { client } = await rig();
  client.socket.write(frame(METADATA, VERSION, '00 01 00 01 63 03 010203', '01 20 01 ff'.replaceAll(' ', '')));
  expect((await client.nextFrame()).readInt32BE(0)).toBe(1);
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
});

async function send(client: BrokerClient, records: Buffer): Promise<string> {
  const topicData = [{ name: 't', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
  const { responses } = await client.ask(produce, 9, { transactionalId: null, acks: 1, timeoutMs: 1, topicData });
  return kafkaErrorOf(responses[0].partitionResponses[0].errorCode).name;
}

/** With a right checksum, after something was changed. */
function sealed(records: Buffer): Buffer {
  records.writeInt32BE(records.length - 12, 8);
  records.writeUInt32BE(native.crc32c(records, 21, records.length), 17);
  return records;
}

test('a bomb takes no memory that the message may not', async () => {
  const { broker, client } = await rig();
  // What comes in is inflated, to be compressed anew.
  await broker.store.createTopic('t', { config: { 'compression.type': 'lz4' } });
  const header = batch([{ value: 'x'.repeat(1000) }], { compression: 'gzip' }).subarray(0, 61);
  const member = gzipSync(Buffer.alloc(MIB));
  // Members of gzip that stand behind each other are one stream: more than INFLATED_BYTES_MAX in less than max.message.bytes.
  const members = Array.from({ length: 300 }, () => member);
  const bomb = sealed(Buffer.concat([header, ...members]));
  expect(bomb.length).toBeLessThan(MIB);
  const before = privateMib();
  expect(await send(client, bomb)).toBe('MESSAGE_TOO_LARGE');
  expect(privateMib() - before).toBeLessThan(300);
  expect(broker.store.partition('t', 0).endOffset).toBe(0);
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
});

test.each([
  ['a control batch', 0x20],
  ['a control batch of a transaction', 0x30],
])('%s from a client is refused', async (_, attributes) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const records = batch([{ key: Buffer.from([0, 0, 0, 1]), value: Buffer.alloc(6) }], {
    producerId: 1,
    producerEpoch: 0,
    baseSequence: 0,
  });
  records[22] |= attributes;
  sealed(records);
  expect(await send(client, records)).not.toBe('NONE');
  expect(broker.store.partition('t', 0).endOffset).toBe(0);
});

test(
  'slow-loris: hundreds of connections that send a byte now and then are served by nobody, hold nothing, and are closed',
  { timeout: 60_000 },
  async () => {
    const clock = new FakeClock(Date.now());
    const { broker, client, connect } = await rig({ clock, config: { 'connections.max.idle.ms': 60_000 } });
    const slow: BrokerClient[] = [];
    // Fewer at once than the system lets wait.
    while (slow.length < 300) slow.push(...(await Promise.all(Array.from({ length: 20 }, () => connect()))));
    await expect.poll(() => broker.listeners[0].statistics.accepted).toBe(301);
    const before = privateMib();
    // They announce a frame of 50 MiB each.
    const bytes = Buffer.from([3, 0x20, 0, 0, 0, 3, 0, 12]);
    for (const byte of bytes) {
      for (const each of slow) each.socket.write(Buffer.from([byte]));
      await new Promise((resolve) => setTimeout(resolve, 10));
      clock.advance(9_000);
      expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
    }
    await Promise.all(slow.map(({ closed }) => closed));
    expect(privateMib() - before).toBeLessThan(64);
    await expect.poll(() => broker.listeners[0].statistics.connections).toBe(1);
    expect(broker.listeners[0].statistics).toMatchObject({ idle: 300, malformed: 0 });
  },
);

const partition = (index: number, epoch = -1) => ({
  partition: index,
  currentLeaderEpoch: epoch,
  fetchOffset: 0,
  partitionMaxBytes: 1,
});
const UNKNOWN_ID = 'AAAAAAAAAAAAAAAAAAAAAg';

interface Wrong {
  readonly topic?: string;
  readonly topicId?: string;
  readonly index?: number;
  readonly epoch?: number;
}

/** The error that each API has for it. */
const asks: Record<string, (client: BrokerClient, wrong: Required<Wrong>) => Promise<number>> = {
  async Fetch(client, { topic, topicId, index, epoch }) {
    const version = topicId === ZERO_UUID ? 12 : 17;
    const topics = [
      { topic, topicId, partitions: [{ ...partition(index, epoch), lastFetchedEpoch: -1, logStartOffset: -1 }] },
    ];
    const answer = await client.ask(fetch, version, { maxWaitMs: 0, minBytes: 0, maxBytes: 1, topics });
    return answer.responses[0].partitions[0].errorCode;
  },
  async ListOffsets(client, { topic, index, epoch }) {
    const topics = [{ name: topic, partitions: [{ partitionIndex: index, currentLeaderEpoch: epoch, timestamp: -1 }] }];
    const answer = await client.ask(listOffsets, 7, { replicaId: -1, isolationLevel: 0, topics });
    return answer.topics[0].partitions[0].errorCode;
  },
  async OffsetForLeaderEpoch(client, { topic, index, epoch }) {
    const topics = [{ topic, partitions: [{ partition: index, currentLeaderEpoch: epoch, leaderEpoch: 0 }] }];
    const answer = await client.ask(offsetForLeaderEpoch, 4, { replicaId: -1, topics });
    return answer.topics[0].partitions[0].errorCode;
  },
  async Produce(client, { topic, topicId, index }) {
    const records = batch([{ value: 'x' }]);
    const topicData = [{ name: topic, topicId, partitionData: [{ index, records }] }];
    const version = topicId === ZERO_UUID ? 9 : 13;
    const answer = await client.ask(produce, version, { transactionalId: null, acks: 1, timeoutMs: 1, topicData });
    return answer.responses[0].partitionResponses[0].errorCode;
  },
  async DeleteRecords(client, { topic, index }) {
    const topics = [{ name: topic, partitions: [{ partitionIndex: index, offset: 0 }] }];
    const answer = await client.ask(deleteRecords, 2, { topics, timeoutMs: 1000 });
    return answer.topics[0].partitions[0].errorCode;
  },
  async Metadata(client, { topic, topicId }) {
    const topics = [{ name: topicId === ZERO_UUID ? topic : null, topicId }];
    const answer = await client.ask(metadata, 12, { topics, allowAutoTopicCreation: false });
    return answer.topics[0].errorCode;
  },
};

test.each<[what: string, wrong: Wrong, apis: string[], error: string]>([
  [
    'an unknown topic',
    { topic: 'none' },
    ['Fetch', 'ListOffsets', 'OffsetForLeaderEpoch', 'Produce', 'DeleteRecords', 'Metadata'],
    'UNKNOWN_TOPIC_OR_PARTITION',
  ],
  [
    'an unknown partition',
    { index: 7 },
    ['Fetch', 'ListOffsets', 'OffsetForLeaderEpoch', 'Produce', 'DeleteRecords'],
    'UNKNOWN_TOPIC_OR_PARTITION',
  ],
  ['an unknown id', { topicId: UNKNOWN_ID }, ['Fetch', 'Produce', 'Metadata'], 'UNKNOWN_TOPIC_ID'],
  ['an epoch of the future', { epoch: 99 }, ['Fetch', 'ListOffsets', 'OffsetForLeaderEpoch'], 'UNKNOWN_LEADER_EPOCH'],
])('%s has the error that Kafka has for it', async (_, wrong, apis, error) => {
  const { broker, client } = await rig({ config: { 'auto.create.topics.enable': false } });
  await broker.store.createTopic('t');
  for (const api of apis) {
    const code = await asks[api](client, { topic: 't', topicId: ZERO_UUID, index: 0, epoch: -1, ...wrong });
    expect([api, kafkaErrorOf(code).name]).toEqual([api, error]);
  }
});
