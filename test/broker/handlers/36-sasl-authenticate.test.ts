import { expect, test } from 'vitest';
import { saslHandshake } from '#millrace/protocol/apis/17-sasl-handshake.js';
import { saslAuthenticate } from '#millrace/protocol/apis/36-sasl-authenticate.js';
import { describeCluster } from '#millrace/protocol/apis/60-describe-cluster.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { AUTHENTICATION_TIMEOUT_MS } from '#millrace/limits.js';
import { FakeClock } from '../../support/fake-clock.ts';
import { BrokerClient } from '../broker-client.ts';
import { rig } from '../broker-fixture.ts';
import { logIn, PASSWORD, saslRig } from '../secure-fixture.ts';

const { ILLEGAL_SASL_STATE, SASL_AUTHENTICATION_FAILED } = kafkaErrorCodes;

test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s', async (mechanism) => {
  const { client, connect, broker } = await saslRig();
  expect(await logIn(client, 'alice', { mechanism })).toBe(0);
  expect((await client.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false })).errorCode).toBe(0);
  for (const [user, password] of [
    ['alice', 'guess'],
    ['nobody', PASSWORD],
  ]) {
    const other = await connect();
    expect(await logIn(other, user, { mechanism, password })).toBe(SASL_AUTHENTICATION_FAILED);
    await other.closed;
  }
  expect(broker.listeners[0].statistics).toMatchObject({ connections: 1, failedAuthentications: 2 });
});

test('a refusal comes late, and does not say which of the two is wrong', async () => {
  const { client, connect } = await saslRig({ 'connection.failed.authentication.delay.ms': 300 });
  const messages: (string | null)[] = [];
  for (const [each, user] of [
    [client, 'alice'],
    [await connect(), 'nobody'],
  ] as const) {
    await each.ask(saslHandshake, 1, { mechanism: 'PLAIN' });
    const began = performance.now();
    const answer = await each.ask(saslAuthenticate, 1, { authBytes: Buffer.from(`\0${user}\0guess`) });
    expect(performance.now() - began).toBeGreaterThan(290);
    messages.push(answer.errorMessage);
  }
  expect(messages[0]).toMatch(/the user or the password is wrong/);
  expect(messages[1]).toBe(messages[0]);
});

test('at the wrong time', async () => {
  const { client: plain } = await rig();
  expect((await plain.ask(saslAuthenticate, 0, { authBytes: Buffer.alloc(0) })).errorCode).toBe(ILLEGAL_SASL_STATE);
  const { client } = await saslRig();
  client.send(saslAuthenticate, 1, { authBytes: Buffer.from('\0alice\0x') });
  await client.closed;
});

test('by default the session has no end of its own', async () => {
  const { client } = await saslRig();
  await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' });
  const authBytes = Buffer.from(`\0alice\0${PASSWORD}`);
  expect(await client.ask(saslAuthenticate, 1, { authBytes })).toMatchObject({ errorCode: 0, sessionLifetimeMs: 0 });
});

test('who does not log in in time has to go, who did may stay', async () => {
  const clock = new FakeClock(Date.now());
  const config = { listeners: 'SASL_PLAINTEXT://127.0.0.1:0' };
  const { broker, client } = await rig({ clock, port: undefined, config });
  await broker.credentials.put('alice', PASSWORD);
  expect(await logIn(client, 'alice')).toBe(0);
  const slow = await BrokerClient.connect(broker);
  await slow.ask(saslHandshake, 1, { mechanism: 'SCRAM-SHA-256' });
  clock.advance(AUTHENTICATION_TIMEOUT_MS);
  await slow.closed;
  expect((await client.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false })).errorCode).toBe(0);
});

test('a log-in that is good for a time: repeated in time the connection goes on, not repeated it ends at the next request', async () => {
  const clock = new FakeClock(Date.now());
  const config = { listeners: 'SASL_PLAINTEXT://127.0.0.1:0', 'connections.max.reauth.ms': 5_000 };
  const { broker, client, connect } = await rig({ clock, port: undefined, config });
  await broker.credentials.put('alice', PASSWORD);
  const [again, lazy] = [client, await connect()];
  for (const each of [again, lazy]) expect(await logIn(each, 'alice')).toBe(0);
  const isServed = async (each: BrokerClient) =>
    (await each.ask(describeCluster, 0, { includeClusterAuthorizedOperations: false })).errorCode === 0;
  clock.advance(5_000);
  expect([await isServed(again), await isServed(lazy)]).toEqual([true, true]);
  clock.advance(1);
  expect(await logIn(again, 'alice')).toBe(0);
  lazy.send(describeCluster, 0, { includeClusterAuthorizedOperations: false });
  await lazy.closed;
  expect(await isServed(again)).toBe(true);
  await expect.poll(() => broker.listeners[0].statistics.connections).toBe(1);
  expect(broker.listeners[0].statistics).toMatchObject({ expired: 1, malformed: 0, failed: 0 });
  // The other end of it: a second log-in that fails.
  clock.advance(1_000);
  expect((await again.ask(saslHandshake, 1, { mechanism: 'SCRAM-SHA-256' })).errorCode).toBe(0);
  again.send(describeCluster, 0, { includeClusterAuthorizedOperations: false });
  await again.closed;
});

test.each([
  ['of all', { 'connections.max.reauth.ms': 7_000 }, 7_000],
  [
    'of the mechanism that he chose',
    {
      'connections.max.reauth.ms': 7_000,
      'listener.name.sasl_plaintext.plain.connections.max.reauth.ms': 5_000,
      'listener.name.sasl_plaintext.scram-sha-256.connections.max.reauth.ms': 3_000,
    },
    5_000,
  ],
])('the client is told for how long: %s', async (_, config, sessionLifetimeMs) => {
  const { client } = await saslRig(config);
  await client.ask(saslHandshake, 1, { mechanism: 'PLAIN' });
  const authBytes = Buffer.from(`\0alice\0${PASSWORD}`);
  expect(await client.ask(saslAuthenticate, 1, { authBytes })).toMatchObject({ errorCode: 0, sessionLifetimeMs });
});
