/** One client, as seen from its socket: pipelines, slow readers, pieces, garbage. */
import { expect, test } from 'vitest';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { listOffsets } from '#millrace/protocol/apis/02-list-offsets.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { READ_AHEAD_BYTES_MAX } from '#millrace/limits.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { readCorrelationId } from '#millrace/protocol/response-frame.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { TestClock } from '#millrace/test-clock.js';
import { settled } from '../support/settled.ts';
import { batch, rig } from './broker-fixture.ts';
import { soleMember, WireMember } from './wire-member.ts';

const toT = (records: Buffer) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 1000,
  topicData: [{ name: 't', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }],
});

const fromT = (more: object = {}) => ({
  replicaId: -1,
  maxWaitMs: 0,
  minBytes: 1,
  maxBytes: 1 << 24,
  topics: [
    { topic: 't', topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 24 }] },
  ],
  ...more,
});

const endOfT = {
  replicaId: -1,
  isolationLevel: 0,
  timeoutMs: 0,
  topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
};

test('answers stand in the order of the requests, though a later one is ready first', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { config: { 'flush.messages': 1 } });
  const ids = [
    client.send(produce, 9, toT(batch([{ value: 'a' }]))),
    client.send(produce, 9, toT(batch([{ value: 'b' }]))),
    client.send(listOffsets, 7, endOfT),
    client.send(apiVersions, 0, {}),
  ];
  for (const id of ids) expect(readCorrelationId(await client.nextFrame())).toBe(id);
  expect(broker.store.partition('t', 0).endOffset).toBe(2);
});

test('a request behind a fetch that waits is answered behind it', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const first = client.send(fetch, 11, fromT({ maxWaitMs: 150 }));
  const second = client.send(apiVersions, 0, {});
  expect(readCorrelationId(await client.nextFrame())).toBe(first);
  expect(readCorrelationId(await client.nextFrame())).toBe(second);
});

test('a request that comes byte by byte is a request', async () => {
  const { client } = await rig();
  const bytes = Buffer.concat(
    encodeRequest(
      apiVersions,
      { version: 0, correlationId: 77 },
      { clientSoftwareName: '', clientSoftwareVersion: '' },
    ),
  );
  for (const byte of bytes) {
    client.socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(readCorrelationId(await client.nextFrame())).toBe(77);
});

test('thousands of requests in one go are all answered', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const count = 3000;
  const pieces = Array.from({ length: count }, (_, correlationId) =>
    Buffer.concat(encodeRequest(produce, { version: 9, correlationId }, toT(batch([{ value: 'x' }])) as never)),
  );
  client.socket.write(Buffer.concat(pieces));
  for (let i = 0; i < count; i++) expect(readCorrelationId(await client.nextFrame())).toBe(i);
  expect(broker.store.partition('t', 0).endOffset).toBe(count);
});

test('who does not read its answers makes the broker begin no more, and gets all of them when it reads', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  for (let i = 0; i < 4; i++) log.append([{ value: 'x'.repeat(500_000) }]);
  client.socket.pause();
  const count = 40;
  for (let i = 0; i < count; i++) client.send(fetch, 11, fromT());
  await expect.poll(() => log.traffic.reads).toBeGreaterThan(0);
  const begun = await settled(() => log.traffic.reads);
  // What the kernel holds for the two sockets, and one answer more.
  expect(begun).toBeLessThan(count / 2);
  client.socket.resume();
  for (let i = 0; i < count; i++) expect((await client.nextFrame()).length).toBeGreaterThan(2_000_000);
  expect(log.traffic.reads).toBe(count);
});

test.each([
  ['a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ['a length beyond the bound', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['an API that there is none of', Buffer.from([0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff])],
  ['a version that is not served', Buffer.from([0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 1, 0xff, 0xff])],
  ['a frame without a header', Buffer.from([0, 0, 0, 1, 0])],
  ['an empty frame', Buffer.from([0, 0, 0, 0])],
  ['a message that ends too early', Buffer.from([0, 0, 0, 11, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0])],
])('%s ends the connection, and others go on', async (_, bytes) => {
  const { broker, client, connect } = await rig();
  const other = await connect();
  client.socket.write(bytes);
  await client.closed;
  expect(broker.listeners[0].statistics).toMatchObject({ malformed: 1, connections: 1 });
  expect((await other.ask(apiVersions, 0, {})).errorCode).toBe(0);
});

test('what was asked before the garbage has been done', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  client.send(produce, 9, toT(batch([{ value: 'x' }])));
  client.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
  await client.closed;
  expect(broker.store.partition('t', 0).endOffset).toBe(1);
});

test('an answer that was ready before the garbage is sent', async () => {
  const { client } = await rig();
  const asked = Buffer.concat(
    encodeRequest(apiVersions, { version: 0, correlationId: 5 }, { clientSoftwareName: '', clientSoftwareVersion: '' }),
  );
  client.socket.write(Buffer.concat([asked, Buffer.from([0xff, 0xff, 0xff, 0xff])]));
  expect(readCorrelationId(await client.nextFrame())).toBe(5);
  await client.closed;
});

test('a client that ends its half is answered before the connection goes', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const id = client.send(produce, 9, toT(batch([{ value: 'x' }])));
  client.socket.end();
  expect(readCorrelationId(await client.nextFrame())).toBe(id);
  await client.closed;
});

test('a reset while a request waits hurts nobody', async () => {
  const { broker, client, connect } = await rig();
  await broker.store.createTopic('t', { config: { 'flush.messages': 1 } });
  client.send(produce, 9, toT(batch([{ value: 'x' }])));
  client.send(fetch, 11, fromT({ maxWaitMs: 1000, minBytes: 1 << 20 }));
  client.socket.resetAndDestroy();
  const other = await connect();
  expect((await other.ask(apiVersions, 0, {})).errorCode).toBe(0);
  await expect.poll(() => broker.listeners[0].statistics.connections).toBe(1);
});

test.each([
  ['ends', 'destroy'],
  ['is reset', 'resetAndDestroy'],
] as const)('a client that %s while its fetch waits, with requests behind it, is noticed at once', async (_, leave) => {
  const { broker, client, connect } = await rig();
  await broker.store.createTopic('t');
  const { statistics } = broker.listeners[0];
  client.send(fetch, 11, fromT({ maxWaitMs: 60_000, minBytes: 1 << 20 }));
  // Each in a chunk of its own, so that what comes behind them is not seen for free.
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.send(apiVersions, 0, {});
  }
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  client.socket[leave]();
  await expect.poll(() => statistics.connections, { timeout: 2_000 }).toBe(0);
  expect(broker.statistics.waitingFetches).toBe(0);
  expect((await (await connect()).ask(apiVersions, 0, {})).errorCode).toBe(0);
});

test('what a client has sent behind a fetch that waits is done, though it went away', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  client.send(fetch, 11, fromT({ maxWaitMs: 60_000, minBytes: 1 << 20 }));
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  for (const value of ['a', 'b']) {
    client.send(produce, 9, { ...toT(batch([{ value }])), acks: 0 });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  client.socket.end();
  await expect.poll(() => broker.store.partition('t', 0).endOffset, { timeout: 2_000 }).toBe(2);
  await client.closed;
});

test.each([
  ['large', 1 << 20, 16],
  ['tiny', 1, 3_000],
])('behind a fetch that waits, no more than a bound is read: %s chunks', async (_, size, count) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  client.send(fetch, 11, fromT({ maxWaitMs: 60_000, minBytes: 1 << 20 }));
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  const { statistics } = broker.listeners[0];
  const before = statistics.bytesIn;
  for (let i = 0; i < count; i++) {
    client.socket.write(Buffer.alloc(size));
    if (size === 1 && i % 8 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const read = (await settled(() => statistics.bytesIn)) - before;
  expect(read).toBeLessThan(Math.min(READ_AHEAD_BYTES_MAX * 2 + 1, size * count));
});

test('a close waits for no connection that is muted, or that finds no room for its frame', async () => {
  const config = { 'queued.max.request.bytes': 1_000 };
  const { broker, client, connect } = await rig({ clock: new TestClock(), config });
  const [muted, holder] = [client, await connect()];
  expect((await muted.ask(apiVersions, 0, {})).errorCode).toBe(0);
  for (const connection of broker.listeners[0].connections) if (connection.id === 1) connection.mute(60_000);
  // Most of it stays in the paused socket, before the client's end.
  muted.socket.write(Buffer.alloc(READ_AHEAD_BYTES_MAX * 4));
  const half = Buffer.alloc(500);
  half.writeInt32BE(900);
  holder.socket.write(half);
  const waiting = await connect();
  waiting.socket.write(half);
  const { statistics } = broker.listeners[0];
  await expect.poll(() => statistics.bytesIn).toBeGreaterThan(1_000);
  const begun = performance.now();
  await broker.close();
  expect(performance.now() - begun).toBeLessThan(2_500);
});

test('members that wait for others take no room in the memory of requests', async () => {
  const { broker, client, connect } = await rig({ config: { 'queued.max.request.bytes': 1_500 } });
  const leader = await soleMember(client);
  const protocols = [{ name: 'range', metadata: Buffer.alloc(1_000) }];
  const waiting = [];
  for (let i = 0; i < 3; i++) {
    const member = new WireMember(await connect());
    waiting.push(member.join(2, { protocols }));
    const members = async () => (await broker.store.groupCoordinator.describe(['g']))[0].members.length;
    await expect.poll(members).toBe(i + 2);
  }
  await leader.join(2, { protocols });
  expect((await Promise.all(waiting)).map(({ error }) => error)).toEqual(['NONE', 'NONE', 'NONE']);
});

test('a fetch that waits takes no room in the memory of requests, however many partitions it names', async () => {
  const { broker, client, connect } = await rig({ config: { 'queued.max.request.bytes': 1_500 } });
  await broker.store.createTopic('t');
  const [{ partitions, ...topic }] = fromT().topics;
  const topics = [{ ...topic, partitions: Array.from({ length: 100 }, () => partitions[0]) }];
  const waiting = client.ask(fetch, 12, fromT({ topics, maxWaitMs: 60_000 }));
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  expect(broker.statistics.waitingPartitions).toBe(1);
  // A frame that comes in pieces has to ask for room.
  const { socket, closed } = await connect();
  const frame = Buffer.concat(encodeRequest(produce, { version: 9, correlationId: 1 }, toT(batch([{ value: 'x' }]))));
  const { statistics } = broker.listeners[0];
  const before = statistics.bytesIn;
  socket.write(frame.subarray(0, 50));
  await expect.poll(() => statistics.bytesIn).toBe(before + 50);
  socket.write(frame.subarray(50));
  expect((await waiting).responses[0].partitions).toMatchObject([{ errorCode: 0, highWatermark: 1 }]);
  expect(broker.statistics).toMatchObject({ waitingFetches: 0, waitingPartitions: 0 });
  socket.destroy();
  await closed;
});

test('what is sent to a connection that ends is not begun', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { config: { 'flush.messages': 1 } });
  const id = client.send(produce, 9, toT(batch([{ value: 'x' }])));
  await expect.poll(() => broker.store.partition('t', 0).endOffset).toBe(1);
  for (const connection of broker.listeners[0].connections) connection.end();
  client.send(produce, 9, toT(batch([{ value: 'y' }])));
  expect(readCorrelationId(await client.nextFrame())).toBe(id);
  await client.closed;
  expect(broker.store.partition('t', 0).endOffset).toBe(1);
});
