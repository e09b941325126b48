import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { SocketReads } from '#millrace/broker/socket-reads.js';

/** A server's side of a connection, taken over, and the client's. */
async function pair(room: Uint8Array) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const reads = SocketReads.of(accepted, room)!;
  onTestFinished(() => {
    client.destroy();
    reads.socket.destroy();
    server.close();
  });
  return { server, client, reads, socket: reads.socket };
}

test('what comes in is read to where the reader wants it, the first bytes to where it began', async () => {
  const [first, second] = [Buffer.alloc(4), Buffer.alloc(3)];
  const { client, reads } = await pair(first);
  const got: string[] = [];
  let room = first;
  reads.reader = {
    get room() {
      room = second;
      return room;
    },
    read: (size) => got.push(room.toString('latin1', 0, size)),
  };
  client.write('abcdefghi');
  await expect.poll(() => got.join('')).toBe('abcdefghi');
  expect(got).toEqual(['abcd', 'efg', 'hi']);
});

test('the socket knows its other end, writes, is paused and resumed, and ends like any', async () => {
  const buffer = Buffer.alloc(16);
  const { server, client, reads, socket } = await pair(buffer);
  let size = 0;
  reads.reader = { room: buffer, read: (more) => (size += more) };
  expect(socket.remoteAddress).toBe('127.0.0.1');
  socket.write('hello');
  expect(String((await once(client, 'data'))[0])).toBe('hello');
  socket.pause();
  client.write('x');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(size).toBe(0);
  socket.resume();
  await expect.poll(() => size).toBe(1);
  const closed = once(socket, 'close');
  client.end();
  await closed;
  // The server waits for none that was taken over.
  server.close();
  await once(server, 'close');
});

test('a socket without a handle is nobody’s to take over', () => {
  expect(SocketReads.of(new Socket(), Buffer.alloc(1))).toBe(null);
});
