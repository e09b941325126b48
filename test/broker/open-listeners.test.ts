import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { rig } from './broker-fixture.ts';
import { tlsConfig } from './certificates.ts';
import { saslRig } from './secure-fixture.ts';

test('all of them, or none', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  const free = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(taken, 'listening'), once(free, 'listening')]);
  const [takenPort, freePort] = [taken, free].map((server) => (server.address() as { port: number }).port);
  free.close();
  await once(free, 'close');
  const listeners = `PLAINTEXT://127.0.0.1:${freePort},SECOND://127.0.0.1:${takenPort}`;
  const config = { listeners, 'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SECOND:PLAINTEXT' };
  await expect(startBroker({ data: 'memory', config })).rejects.toMatchObject({ code: 'ERR_MILLRACE_IO' });
  const again = createServer().listen(freePort, '127.0.0.1');
  await once(again, 'listening');
  again.close();
  taken.close();
});

test('they share the bound of connections, and the numbers of these', async () => {
  const { broker, client } = await rig({
    port: undefined,
    config: {
      ...tlsConfig(),
      listeners: 'PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0',
      'max.connections': 1,
    },
  });
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
  const socket = connect(broker.listeners[1].port, '127.0.0.1');
  socket.resume();
  await once(socket, 'close');
  expect(broker.listeners.map(({ statistics }) => statistics.refused)).toEqual([0, 1]);
});

test('TLS and log-in are for the listeners that have them', async () => {
  const { broker, client } = await saslRig({ listeners: 'PLAINTEXT://127.0.0.1:0,SASL_PLAINTEXT://127.0.0.1:0' });
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
  const [open] = broker.listeners[0].connections;
  expect(open).toMatchObject({ id: 1, sasl: null, isAuthenticated: true, principal: 'User:ANONYMOUS' });
});
