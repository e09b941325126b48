import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { openStore } from '#millrace/main.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { connect } from './broker-client.ts';
import { batch } from './broker-fixture.ts';

test('serves a directory, and leaves it cleanly stopped', async () => {
  const directory = join(temporaryDirectory(), 'data');
  const broker = await startBroker({ data: directory, port: 0 });
  expect(broker.address).toBe(`127.0.0.1:${broker.port}`);
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
