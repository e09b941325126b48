import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { saslHandshake } from '#millrace/protocol/apis/17-sasl-handshake.js';
import { incrementalAlterConfigs } from '#millrace/protocol/apis/44-incremental-alter-configs.js';
import { rig } from './broker-fixture.ts';
import { BrokerClient } from './broker-client.ts';
import { certificates, tlsConfig } from './certificates.ts';
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

test('one has its own bound of connections, which can be changed', async () => {
  const { broker, client } = await rig({
    port: undefined,
    config: {
      ...tlsConfig(),
      listeners: 'PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0',
      'listener.name.ssl.max.connections': 0,
    },
  });
  const refused = (): number[] => broker.listeners.map(({ statistics }) => statistics.refused);
  const socket = connect(broker.listeners[1].port, '127.0.0.1');
  socket.resume();
  await once(socket, 'close');
  expect(refused()).toEqual([0, 1]);
  const configs = [{ name: 'listener.name.ssl.max.connections', configOperation: 0, value: '1' }];
  const resources = [{ resourceType: 4, resourceName: '0', configs }];
  const { responses } = await client.ask(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  expect(responses).toMatchObject([{ errorCode: 0 }]);
  const again = connectSecurely({ port: broker.listeners[1].port, host: '127.0.0.1', rejectUnauthorized: false });
  await once(again, 'secureConnect');
  expect(refused()).toEqual([0, 1]);
  again.destroy();
});

test('TLS and log-in are for the listeners that have them', async () => {
  const { broker, client } = await saslRig({ listeners: 'PLAINTEXT://127.0.0.1:0,SASL_PLAINTEXT://127.0.0.1:0' });
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
  const [open] = broker.listeners[0].connections;
  expect(open).toMatchObject({ id: 1, sasl: null, isAuthenticated: true, principal: 'User:ANONYMOUS' });
});

test('each has its own ways to log in, and its own certificate', async () => {
  const { stranger, authority } = certificates();
  await using broker = await startBroker({
    data: 'memory',
    config: {
      ...tlsConfig(),
      listeners: ['IN', 'OUT', 'FIRST', 'SECOND'].map((name) => `${name}://127.0.0.1:0`).join(),
      'listener.security.protocol.map': 'IN:SASL_PLAINTEXT,OUT:SASL_PLAINTEXT,FIRST:SSL,SECOND:SSL',
      'sasl.enabled.mechanisms': 'SCRAM-SHA-256',
      'listener.name.in.sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.second.ssl.keystore.certificate.chain': stranger.certificate,
      'listener.name.second.ssl.keystore.key': stranger.key,
    },
  });
  const [inside, outside, first, second] = broker.listeners;
  const mechanisms = async (listener: { readonly port: number }): Promise<readonly string[]> => {
    const client = await BrokerClient.connect(listener);
    const answer = await client.ask(saslHandshake, 1, { mechanism: 'none of them' });
    client.close();
    return answer.mechanisms;
  };
  expect([await mechanisms(inside), await mechanisms(outside)]).toEqual([['PLAIN'], ['SCRAM-SHA-256']]);
  const shown = async ({ port }: { readonly port: number }, ca: string): Promise<string> => {
    const socket = connectSecurely({ host: '127.0.0.1', port, ca, checkServerIdentity: () => undefined });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  };
  expect(await shown(first, authority.certificate)).toBe('localhost');
  expect(await shown(second, stranger.certificate)).toBe('stranger');
});

test('settings of a listener that there is not are told, but those of controllers', async () => {
  const warned: object[] = [];
  const broker = await startBroker({
    data: 'memory',
    logger: { warn: (details: object) => warned.push(details) },
    config: {
      listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:1',
      'controller.listener.names': 'CONTROLLER',
      'listener.name.controller.ssl.client.auth': 'required',
      'listener.name.extern.ssl.client.auth': 'required',
    },
  });
  await broker.close();
  expect(warned).toEqual([{ listener: 'extern', settings: ['ssl.client.auth'] }]);
});
