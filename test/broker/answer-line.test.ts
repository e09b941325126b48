import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectSecurely, createServer as createSecureServer } from 'node:tls';
import { afterEach, expect, test, vi } from 'vitest';
import { AnswerLine } from '#millrace/broker/answer-line.js';
import { ApiStatistics } from '#millrace/broker/request-statistics.js';
import { ANSWERS_TOGETHER_BYTES_MAX, TLS_WRITE_BYTES_MAX } from '#millrace/limits.js';
import { certificates } from './certificates.ts';

const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function line(isSecure = false) {
  const { broker } = certificates();
  const server = isSecure ? createSecureServer({ key: broker.key, cert: broker.certificate }) : createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, isSecure ? 'secureConnection' : 'connection') as Promise<[Socket]>;
  const { port } = server.address() as { port: number };
  const client = isSecure
    ? connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connect(port, '127.0.0.1');
  const [socket] = await accepted;
  ends.push(() => {
    client.destroy();
    socket.destroy();
    server.close();
  });
  const traffic = { bytesIn: 0, bytesOut: 0 };
  const statistics = new ApiStatistics({ key: 1, name: 'Fetch', maxVersion: 17 });
  return { client, socket, traffic, statistics, line: new AnswerLine(socket, traffic) };
}

test('answers leave in the order of their places, and are counted when they do', async () => {
  const { client, line: answers, traffic, statistics } = await line();
  const places = [10, 20, 30].map((size) => answers.take(size));
  for (const place of places) place.statistics = statistics;
  expect(answers.answered(places[1], [Buffer.from('b'), Buffer.from('c')])).toBe(false);
  expect([answers.length, statistics.answered, traffic.bytesOut]).toEqual([3, 0, 0]);
  expect(answers.answered(places[0], [Buffer.from('a')])).toBe(true);
  expect([answers.length, statistics.answered, statistics.responseBytes]).toEqual([1, 2, 3]);
  // To a request that has none.
  expect(answers.answered(places[2], [])).toBe(true);
  expect([answers.length, statistics.answered, traffic.bytesOut, answers.bytesOut]).toEqual([0, 3, 3, 3]);
  const [chunk] = (await once(client, 'data')) as [Buffer];
  expect(chunk.toString()).toBe('abc');
});

test('while it is held small answers gather, and leave as one piece; a large one waits for nobody', async () => {
  const { client, socket, line: answers, traffic, statistics } = await line();
  const write = vi.spyOn(socket, 'write');
  const answer = (bytes: Buffer): void => {
    const place = answers.take(1);
    place.statistics = statistics;
    answers.answered(place, [bytes]);
  };
  answers.hold();
  for (const text of ['a', 'b', 'c']) answer(Buffer.from(text));
  expect([traffic.bytesOut, statistics.answered]).toEqual([0, 0]);
  expect([answers.takesMore, answers.isHandedOn]).toEqual([true, false]);
  answers.release();
  expect([write.mock.calls.length, traffic.bytesOut, statistics.answered]).toEqual([1, 3, 3]);
  expect([answers.takesMore, answers.isHandedOn]).toEqual([true, true]);
  expect(String((await once(client, 'data'))[0])).toBe('abc');
  answers.hold();
  answer(Buffer.from('d'));
  answer(Buffer.alloc(ANSWERS_TOGETHER_BYTES_MAX));
  expect(traffic.bytesOut).toBe(3 + 1 + ANSWERS_TOGETHER_BYTES_MAX);
  answers.release();
  expect(statistics.answered).toBe(5);
});

test('a token without statistics is counted in bytes only', async () => {
  const { line: answers, traffic } = await line();
  expect(answers.answered(answers.take(3), [Buffer.alloc(5)])).toBe(true);
  expect(traffic).toEqual({ bytesIn: 0, bytesOut: 5 });
});

test('over TLS an answer ends with its last slice, whenever the client reads that', async () => {
  const { client, socket, line: answers, traffic, statistics } = await line(true);
  client.pause();
  socket.on('drain', () => answers.flush());
  // More than the system holds for the two sockets.
  const sizes = [20_000_000, 0, 4_000_000, 5_000_000];
  const places = sizes.map(() => answers.take(1));
  for (const place of places) place.statistics = statistics;
  places.forEach((place, i) => answers.answered(place, [Buffer.alloc(sizes[i])]));
  expect(answers).toMatchObject({ length: 0, isHandedOn: false });
  expect(traffic.bytesOut).toBeLessThanOrEqual(TLS_WRITE_BYTES_MAX);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect([statistics.answered, traffic.bytesOut < sizes[0]]).toEqual([0, true]);
  client.resume();
  await expect.poll(() => statistics.answered, { timeout: 5_000 }).toBe(4);
  expect(answers.isHandedOn).toBe(true);
  const total = sizes.reduce((sum, size) => sum + size);
  expect([statistics.responseBytes, traffic.bytesOut, answers.bytesOut]).toEqual([total, total, total]);
  expect(statistics.totalMs).toBeGreaterThan(4 * 45);
});

test('with the connection what was on its way ends, by the bytes that went, and the rest is told', async () => {
  const { client, line: answers, traffic, statistics } = await line(true);
  client.pause();
  const places = [1, 20, 300, 4000].map((size) => answers.take(size));
  for (const place of places) place.statistics = statistics;
  answers.answered(places[0], [Buffer.alloc(100)]);
  answers.answered(places[1], [Buffer.alloc(5_000_000)]);
  answers.answered(places[3], [Buffer.alloc(7)]);
  expect(statistics.answered).toBe(1);
  expect(answers.close()).toBe(300);
  expect(statistics.answered).toBe(2);
  expect(statistics.responseBytes).toBe(traffic.bytesOut);
  expect(traffic.bytesOut).toBeLessThan(5_000_000);
});
