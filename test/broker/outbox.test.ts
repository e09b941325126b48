import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { connect as connectSecurely, createServer as createSecureServer, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { Outbox } from '#millrace/broker/outbox.js';
import { TLS_WRITE_BYTES_MAX } from '#millrace/limits.js';
import { certificates } from './certificates.ts';

test('a plain socket takes all at once', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [socket] = await once(server, 'connection');
  const outbox = new Outbox(socket);
  outbox.add([Buffer.alloc(1_000_000, 1), Buffer.alloc(0), Buffer.alloc(1_000_000, 2)]);
  expect(outbox.isEmpty).toBe(false);
  outbox.flush();
  expect(outbox.isEmpty).toBe(true);
  let size = 0;
  for await (const chunk of client) if ((size += chunk.length) === 2_000_000) break;
  expect(size).toBe(2_000_000);
  client.destroy();
  server.close();
});

test('TLS holds a slice for who does not read, and all bytes come in order for who does', async () => {
  const { broker } = certificates();
  const server = createSecureServer({ key: broker.key, cert: broker.certificate }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const secured = once(server, 'secureConnection') as Promise<[TLSSocket]>;
  const { port } = server.address() as { port: number };
  const client = connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false });
  const [socket] = await secured;
  const outbox = new Outbox(socket);
  socket.on('drain', () => outbox.flush());
  const pieces = Array.from({ length: 64 }, (_, i) => Buffer.alloc(300_000 + i, i));
  outbox.add(pieces);
  outbox.flush();
  expect(socket.writableLength).toBeLessThanOrEqual(TLS_WRITE_BYTES_MAX);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(outbox.isEmpty).toBe(false);
  const all = Buffer.concat(pieces);
  const got: Buffer[] = [];
  let size = 0;
  for await (const chunk of client) {
    got.push(chunk);
    if ((size += chunk.length) === all.length) break;
  }
  expect(Buffer.concat(got).equals(all)).toBe(true);
  expect(outbox.isEmpty).toBe(true);
  client.destroy();
  server.close();
});
