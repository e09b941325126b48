import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { distinguishedName } from '#millrace/broker/tls-gate.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { describeCluster } from '#millrace/protocol/apis/60-describe-cluster.js';
import { startBroker } from '#millrace/broker/broker.js';
import { BrokerClient } from './broker-client.ts';
import { rig } from './broker-fixture.ts';
import { certificates, tlsConfig } from './certificates.ts';

const config = (more: object = {}) => ({ listeners: 'SSL://127.0.0.1:0', ...tlsConfig(), ...more });
const trust = () => ({ ca: certificates().authority.certificate });

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(isSo()).toBe(true);
}

test('requests over TLS; garbage and plain text end their own connection, and their places are free again', async () => {
  await using broker = await startBroker({ data: 'memory', config: config({ 'max.connections': 2 }) });
  const client = await BrokerClient.connect(broker, { tls: trust() });
  expect((await client.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false })).errorCode).toBe(0);
  const { statistics } = broker.listeners[0];
  for (const garbage of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\xff\xff\x01', '\0\0\0\x0a\0\x12\0\0\0\0\0\x01\0\0']) {
    const socket = connect(broker.port, '127.0.0.1').on('error', () => undefined);
    // What it is answered is to be read, or it does not end.
    socket.resume().end(garbage, 'latin1');
    await once(socket, 'close');
    await until(() => statistics.connections === 1);
  }
  expect(statistics).toMatchObject({ connections: 1, accepted: 1, refused: 0 });
  expect(statistics.failedAuthentications).toBeGreaterThanOrEqual(2);
  expect((await client.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false })).errorCode).toBe(0);
  client.close();
  await until(() => statistics.connections === 0);
  const again = await Promise.all([1, 2].map(() => BrokerClient.connect(broker, { tls: trust() })));
  for (const each of again) expect((await each.ask(apiVersions, 0, {})).errorCode).toBe(0);
  for (const each of again) each.close();
});

test('a client that does not shake hands does not keep the broker from ending', async () => {
  const broker = await startBroker({ data: 'memory', config: config() });
  const socket = connect(broker.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  await broker.close();
  await closed;
  expect(socket.destroyed).toBe(true);
});

test('a client that goes away in the middle was refused nothing', async () => {
  const warnings: unknown[] = [];
  const logger = { warn: (details: object) => warnings.push(details) };
  await using broker = await startBroker({ data: 'memory', config: config({ 'max.connections': 1 }), logger });
  for (const leave of ['destroy', 'resetAndDestroy'] as const) {
    const socket = connect(broker.port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    // The beginning of a ClientHello.
    socket.write(Buffer.from([22, 3, 1, 1, 0, 1, 0, 0, 252, 3, 3]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket[leave]();
  }
  // Their places are free again.
  const next = () => BrokerClient.connect(broker, { tls: trust() }).catch(() => null);
  let client = await next();
  for (let i = 0; i < 100 && client === null; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    client = await next();
  }
  expect((await client?.ask(apiVersions, 0, {}))?.errorCode).toBe(0);
  client?.close();
  expect(broker.listeners[0].statistics.failedAuthentications).toBe(0);
  expect(warnings).toEqual([]);
});

test('required: no certificate, no connection; the subject is the principal', async () => {
  await using broker = await startBroker({ data: 'memory', config: config({ 'ssl.client.auth': 'required' }) });
  const { client, stranger } = certificates();
  for (const pair of [{}, { key: stranger.key, cert: stranger.certificate }]) {
    // In TLS 1.3 the client believes to be connected before it is refused.
    const refused = await BrokerClient.connect(broker, { tls: { ...trust(), ...pair } }).catch(() => null);
    await refused?.closed;
  }
  expect(broker.listeners[0].statistics).toMatchObject({ accepted: 0, failedAuthentications: 2 });
  const known = await BrokerClient.connect(broker, { tls: { ...trust(), key: client.key, cert: client.certificate } });
  expect((await known.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false })).errorCode).toBe(0);
  known.close();
});

test('requested: none is fine, one that nobody vouches for is not', async () => {
  await using broker = await startBroker({ data: 'memory', config: config({ 'ssl.client.auth': 'requested' }) });
  const { stranger } = certificates();
  const without = await BrokerClient.connect(broker, { tls: trust() });
  expect((await without.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false })).errorCode).toBe(0);
  const pair = { key: stranger.key, cert: stranger.certificate };
  const refused = await BrokerClient.connect(broker, { tls: { ...trust(), ...pair } }).catch(() => null);
  await refused?.closed;
  expect(broker.listeners[0].statistics).toMatchObject({ accepted: 1, failedAuthentications: 1 });
  without.close();
});

test('rules make a principal of the subject; one that no rule fits is not let in', async () => {
  const rules = 'RULE:^CN=(.*?),O=Mills.*$/$1@mills/U';
  const more = { 'ssl.client.auth': 'required', 'ssl.principal.mapping.rules': rules };
  await using broker = await startBroker({ data: 'memory', config: config(more) });
  const { client, broker: other } = certificates();
  const known = await BrokerClient.connect(broker, { tls: { ...trust(), key: client.key, cert: client.certificate } });
  expect((await known.ask(apiVersions, 0, {})).errorCode).toBe(0);
  const [{ principal }] = broker.listeners[0].connections;
  expect(principal).toBe('User:CLIENT@MILLS');
  const pair = { key: other.key, cert: other.certificate };
  const refused = await BrokerClient.connect(broker, { tls: { ...trust(), ...pair } }).catch(() => null);
  await refused?.closed;
  expect(broker.listeners[0].statistics).toMatchObject({ accepted: 1, failedAuthentications: 1 });
  known.close();
});

test('a name as Java writes it', () => {
  expect(distinguishedName('C=DE\nO=Mills\\, Races\nCN=client')).toBe('CN=client,O=Mills\\, Races,C=DE');
});

test('a plain listener beside it stays plain', async () => {
  const listeners = 'PLAINTEXT://127.0.0.1:0,SSL://127.0.0.1:0';
  const { client } = await rig({ port: undefined, config: { ...tlsConfig(), listeners } });
  expect((await client.ask(apiVersions, 0, {})).errorCode).toBe(0);
});
