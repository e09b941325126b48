/** 200 clients that ask for all there is and read nothing: what the broker holds for them, of its own memory, and that others are served. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { connect as connectSecurely } from 'node:tls';
import { expect, test } from 'vitest';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { privateMib } from '../support/private-memory.ts';
import { rig } from './broker-fixture.ts';
import { tlsConfig } from './certificates.ts';

const MIB = 1024 * 1024;
const CLIENTS = 200;

const request = Buffer.concat(
  encodeRequest(
    fetch,
    { version: 11, correlationId: 1, clientId: 'slow' },
    {
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 55 * MIB,
      isolationLevel: 0,
      sessionId: 0,
      sessionEpoch: -1,
      topics: [
        { topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 55 * MIB, logStartOffset: -1 }] },
      ],
      forgottenTopicsData: [],
      rackId: '',
    },
  ),
);

// Linux alone says what of a process's memory is its own.
test.skipIf(process.platform !== 'linux').each(['PLAINTEXT', 'SSL'])('over %s', { timeout: 60_000 }, async (name) => {
  const config = { ...tlsConfig(), listeners: `PLAINTEXT://127.0.0.1:0${name === 'SSL' ? ',SSL://127.0.0.1:0' : ''}` };
  const { broker, client } = await rig({ port: undefined, config });
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  // 50 MiB: 10 GiB, if each client's answer were held.
  for (let i = 0; i < 50; i++) log.append([{ value: Buffer.alloc(MIB - 1024, i) }]);
  const { port } = broker.listeners.at(-1)!;
  const before = privateMib();
  const sockets = await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const socket =
        name === 'SSL'
          ? connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false })
          : connect(port, '127.0.0.1');
      socket.on('error', () => undefined).pause();
      await once(socket, name === 'SSL' ? 'secureConnect' : 'connect');
      // Again and again: what is not begun stays in the socket.
      for (let i = 0; i < 5; i++) socket.write(request);
      return socket;
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const growth = privateMib() - before;
  // Measured: nothing, and 103 MiB with TLS, half of it the clients' own.
  expect(growth).toBeLessThan(name === 'SSL' ? 400 : 150);
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
  for (const socket of sockets) socket.destroy();
});
