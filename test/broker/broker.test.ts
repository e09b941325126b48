import { once } from 'node:events';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { openStore } from '#millrace/main.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { describeCluster } from '#millrace/protocol/apis/60-describe-cluster.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { BrokerClient, connect } from './broker-client.ts';
import { batch } from './broker-fixture.ts';

test('serves a directory, and leaves it cleanly stopped', async () => {
  const directory = join(temporaryDirectory(), 'data');
  const broker = await startBroker({ data: directory, port: 0 });
  expect(broker.address).toBe(`127.0.0.1:${broker.port}`);
  expect(broker.endpoints).toEqual([`PLAINTEXT://127.0.0.1:${broker.port}`]);
  await broker.store.createTopic('t');
  const client = await connect(broker);
  const records = batch([{ value: 'x' }]);
  await client.ask(produce, 9, {
    acks: 1,
    timeoutMs: 1,
    topicData: [{ name: 't', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }],
  });
  const closing = broker.close();
  expect(broker.close()).toBe(closing);
  await closing;
  await client.closed;
  expect(existsSync(join(directory, '.kafka_cleanshutdown'))).toBe(true);
  const store = await openStore(directory);
  expect(store.recovery.clean).toBe(true);
  expect(store.partition('t', 0).endOffset).toBe(1);
  await store.close();
});

test('in memory nothing stays', async () => {
  const broker = await startBroker({ data: 'memory', port: 0 });
  const { directory } = broker.store;
  expect(readdirSync(directory)).toContain('meta.properties');
  await broker.close();
  expect(existsSync(directory)).toBe(false);
});

test('many brokers in one process, each with its own', async () => {
  const brokers = await Promise.all([1, 2, 3].map(() => startBroker({ data: 'memory', port: 0 })));
  expect(new Set(brokers.map(({ port }) => port)).size).toBe(3);
  await Promise.all(brokers.map((broker) => broker.close()));
});

test('a directory that another one holds is refused', async () => {
  const directory = join(temporaryDirectory(), 'data');
  await using broker = await startBroker({ data: directory, port: 0 });
  expect(broker.port).toBeGreaterThan(0);
  await expect(startBroker({ data: directory, port: 0 })).rejects.toMatchObject({ code: 'ERR_MILLRACE_LOCKED' });
});

test('several listeners, each tells its clients where it is to be found itself', async () => {
  const listeners = 'INSIDE://127.0.0.1:0,OUTSIDE://127.0.0.1:0';
  const config = {
    listeners,
    'listener.security.protocol.map': 'INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT',
    'advertised.listeners': 'OUTSIDE://broker.example.org:443',
  };
  await using broker = await startBroker({ data: 'memory', config });
  const addresses = await Promise.all(
    broker.listeners.map(async (listener) => {
      const client = await BrokerClient.connect(listener);
      const { brokers } = await client.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false });
      client.close();
      return brokers.map(({ host, port }) => `${host}:${port}`).join();
    }),
  );
  expect(addresses).toEqual([`127.0.0.1:${broker.port}`, 'broker.example.org:443']);
});

test('who listens on every address is reached on this machine by a name that it has', async () => {
  const config = { 'millrace.allow.insecure.listeners': true };
  for (const host of ['0.0.0.0', '']) {
    await using broker = await startBroker({ data: 'memory', host, port: 0, config });
    expect(broker.address).toBe(`127.0.0.1:${broker.port}`);
    const client = await connect(broker);
    client.close();
  }
});

test('an idle time that is longer than a timer can wait closes nobody', async () => {
  const config = { 'connections.max.idle.ms': '9223372036854775807' };
  await using broker = await startBroker({ data: 'memory', port: 0, config });
  const client = await connect(broker);
  await setTimeout(50);
  expect(broker.listeners[0].statistics).toMatchObject({ connections: 1, idle: 0 });
  client.close();
});

test('when one of several listeners cannot be had, none stays, and the directory is free', async () => {
  const data = join(temporaryDirectory(), 'data');
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const config = {
    listeners: `PLAINTEXT://127.0.0.1:0,B://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,B:PLAINTEXT',
  };
  await expect(startBroker({ data, config })).rejects.toMatchObject({
    message: `cannot listen on 127.0.0.1:${port}: another process does already`,
  });
  server.close();
  const broker = await startBroker({ data, port: 0 });
  await broker.close();
});

test('settings are obeyed: the directory, its number, and what topics and the store are told', async () => {
  const data = join(temporaryDirectory(), 'data');
  const config = { 'log.dirs': data, 'node.id': 9, 'log.retention.hours': 1, listeners: 'PLAINTEXT://127.0.0.1:0' };
  const broker = await startBroker({ config });
  expect([broker.store.directory, broker.store.nodeId]).toEqual([data, 9]);
  await broker.store.createTopic('t');
  expect(broker.store.topicConfig('t')['retention.ms']).toBe(3_600_000);
  await broker.close();
  await expect(startBroker({ config: { ...config, 'node.id': 8 } })).rejects.toMatchObject({
    code: 'ERR_MILLRACE_INVALID_ARGUMENT',
    message: expect.stringMatching(/^nodeId must be 9/),
  });
  // Kept, when nobody says it.
  await using again = await startBroker({ data, port: 0 });
  expect(again.store.nodeId).toBe(9);
  await expect(startBroker({ config: { ...config, 'log.dirs': ['/a', '/b'] } })).rejects.toMatchObject({
    code: 'ERR_MILLRACE_UNSUPPORTED',
    message: 'log.dirs names several directories, a broker has one: /a,/b',
  });
});

test('a directory that Kafka made keeps its cluster and its number', async () => {
  const data = join(temporaryDirectory(), 'data');
  cpSync('test/fixture/kafka-4.2/clean/log-dir', data, { recursive: true });
  await using broker = await startBroker({ data, port: 0 });
  const client = await connect(broker);
  const cluster = await client.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false });
  client.close();
  expect(cluster).toMatchObject({ clusterId: 'bWlsbHJhY2UtZml4dHVyZQ', controllerId: 1, brokers: [{ brokerId: 1 }] });
});
