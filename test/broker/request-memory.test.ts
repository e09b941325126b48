import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { RequestMemory } from '#millrace/broker/request-memory.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { rig } from './broker-fixture.ts';

test('in the order in which they came, and what is too large alone', () => {
  const memory = new RequestMemory(100);
  const told: string[] = [];
  const cancels = new Map<string, () => void>();
  const take = (name: string, size: number): boolean =>
    memory.take(
      size,
      () => told.push(name),
      (stop) => cancels.set(name, stop),
    );
  expect([take('a', 60), take('b', 60), take('c', 10), take('d', 500)]).toEqual([true, false, false, false]);
  cancels.get('b')!();
  expect(told).toEqual(['c']);
  memory.release(60);
  expect(told).toEqual(['c']);
  memory.release(10);
  expect(told).toEqual(['c', 'd']);
  expect(memory).toMatchObject({ used: 500, waiting: 0 });
  expect(take('e', 1)).toBe(false);
  memory.release(500);
  expect(memory.used).toBe(1);
});

test('no bound', () => {
  const memory = new RequestMemory(-1);
  memory.add(1e12);
  const nobody = () => undefined;
  expect(memory.take(1e12, nobody, nobody)).toBe(true);
});

test('half frames are not read beyond the bound; the one that has room ends, and who has gone makes room', async () => {
  const { broker, client } = await rig({ config: { 'queued.max.request.bytes': 1_000_000 } });
  const head = Buffer.concat(encodeRequest(apiVersions, { version: 0, correlationId: 1 }, {}));
  const size = Buffer.alloc(4);
  size.writeInt32BE(900_000);
  // Each is a frame of 900,000 bytes, but for its end; all but one are stopped by their sockets.
  const sockets = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const socket = connect(broker.port, '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(Buffer.concat([size, head.subarray(4), Buffer.alloc(899_000)]));
      return socket;
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  // Others that need no room for long are served meanwhile.
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
  for (const socket of sockets.slice(0, 10)) socket.destroy();
  await expect.poll(() => broker.listeners[0].statistics.connections).toBe(11);
  const answers = sockets.slice(10).map((socket) => once(socket, 'data'));
  for (const socket of sockets.slice(10)) socket.write(Buffer.alloc(900_000 - 899_000 - (head.length - 4)));
  // Each frame comes to its end, one after another; what stands behind the request in it is passed over.
  await Promise.all(answers);
  expect(broker.listeners[0].statistics).toMatchObject({ connections: 11, malformed: 0 });
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
});
