import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { FakeClock } from '../support/fake-clock.ts';
import { rig } from './broker-fixture.ts';

test('a port that is taken is said so, and nothing stays', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await expect(startBroker({ data: 'memory', port })).rejects.toMatchObject({
    code: 'ERR_MILLRACE_IO',
    message: expect.stringContaining(`cannot listen on 127.0.0.1:${port}`),
  });
  server.close();
});

test('above max.connections, a connection is refused and the others go on', async () => {
  const { broker, client, connect } = await rig({ config: { 'max.connections': 2 } });
  await connect();
  const third = await connect();
  await third.closed;
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
  expect(broker.listeners[0].statistics).toMatchObject({ connections: 2, refused: 1 });
});

test('an idle connection is closed, half a frame is no sign of life, and who waits is not idle', async () => {
  const clock = new FakeClock(Date.now());
  const { broker, client, connect } = await rig({ clock, config: { 'connections.max.idle.ms': 60_000 } });
  await broker.store.createTopic('t');
  const [slow, waiting] = [await connect(), await connect()];
  const partition = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 };
  waiting.send(fetch, 4, {
    replicaId: -1,
    maxWaitMs: 3_600_000,
    minBytes: 1,
    maxBytes: 1000,
    isolationLevel: 0,
    topics: [{ topic: 't', partitions: [partition] }],
  });
  await client.ask(apiVersions, 0, {});
  await new Promise((resolve) => setTimeout(resolve, 30));
  for (const byte of [0, 0, 0, 100, 0, 18, 0]) {
    slow.socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setTimeout(resolve, 10));
    clock.advance(10_000);
  }
  await Promise.all([client.closed, slow.closed]);
  expect(broker.listeners[0].statistics).toMatchObject({ connections: 1, idle: 2 });
});

test('close answers what was begun, and takes no more', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const partition = { partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 };
  const asked = client.ask(fetch, 4, {
    replicaId: -1,
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 1000,
    isolationLevel: 0,
    topics: [{ topic: 't', partitions: [partition] }],
  });
  await expect.poll(() => broker.statistics.waitingFetches, { interval: 5 }).toBe(1);
  const closing = broker.close();
  expect((await asked).responses).toHaveLength(1);
  await client.closed;
  await closing;
  await expect(
    rig({ port: broker.port }).then(({ client: again }) => again.ask(apiVersions, 0, {})),
  ).resolves.toMatchObject({ errorCode: 0 });
});
