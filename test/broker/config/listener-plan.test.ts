import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { type BrokerConfigInput, checkBrokerConfig } from '#millrace/broker/broker-config.js';
import { hasSasl, hasTls, isReadable, planListeners } from '#millrace/broker/config/listener-plan.js';

const plan = (config: BrokerConfigInput) => planListeners(checkBrokerConfig(config));
const open = { 'millrace.allow.insecure.listeners': true };

test('one, on this machine, unless told otherwise', () => {
  expect(plan({})).toMatchObject([
    {
      name: 'PLAINTEXT',
      host: '127.0.0.1',
      port: 9092,
      protocol: 'PLAINTEXT',
      advertised: { host: '127.0.0.1', port: 9092 },
      isOpenToAll: false,
    },
  ]);
});

test('several, with names, protocols and addresses for clients', () => {
  const plans = plan({
    ...open,
    listeners: 'INSIDE://127.0.0.1:0,OUTSIDE://0.0.0.0:9093',
    'listener.security.protocol.map': 'INSIDE:PLAINTEXT, outside:plaintext',
    'advertised.listeners': 'OUTSIDE://broker.example.org:443',
  });
  expect(
    plans.map(({ name, advertised, isOpenToAll }) => [name, advertised.host, advertised.port, isOpenToAll]),
  ).toEqual([
    ['INSIDE', '127.0.0.1', 0, false],
    ['OUTSIDE', 'broker.example.org', 443, true],
  ]);
});

test('clients of every address are told the name of the machine', () => {
  expect(plan({ ...open, listeners: 'PLAINTEXT://:9092' })[0].advertised.host).toBe(hostname());
});

test('a server.properties of a broker that is its own controller', () => {
  const plans = plan({
    listeners: 'PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093',
    'advertised.listeners': 'PLAINTEXT://broker:9092,CONTROLLER://localhost:9093',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL',
  });
  expect(plans.map(({ name, advertised }) => [name, advertised.host])).toEqual([['PLAINTEXT', 'broker']]);
});

test('who asks its clients who they are may listen anywhere', () => {
  const listeners = ['SASL_PLAINTEXT', 'SASL_SSL', 'SSL'].map((name, i) => `${name}://0.0.0.0:${9092 + i}`).join();
  const plans = plan({ listeners, 'ssl.client.auth': 'required' });
  expect(plans.map(({ isOpenToAll }) => isOpenToAll)).toEqual([false, false, false]);
  expect(plans.map(hasTls)).toEqual([false, true, true]);
  expect(plans.map(hasSasl)).toEqual([true, true, false]);
  expect(plans.map(isReadable)).toEqual([true, false, false]);
  for (const clientAuth of ['none', 'requested'])
    expect(() => plan({ listeners: 'SSL://0.0.0.0:1', 'ssl.client.auth': clientAuth })).toThrow(/ask who they are/);
});

test('the broker’s ssl.client.auth is for SSL; a listener’s own for that listener', () => {
  const listeners = ['SSL', 'SASL_SSL', 'OTHER'].map((name) => `${name}://127.0.0.1:0`).join();
  const map = { 'listener.security.protocol.map': 'SSL:SSL,SASL_SSL:SASL_SSL,OTHER:SSL' };
  const authOf = (config: BrokerConfigInput) =>
    plan({ listeners, ...map, ...config }).map(({ clientAuth }) => clientAuth);
  expect(authOf({ 'ssl.client.auth': 'required' })).toEqual(['required', 'none', 'required']);
  const own = {
    'listener.name.sasl_ssl.ssl.client.auth': 'requested',
    'listener.name.other.ssl.client.auth': 'required',
  };
  expect(authOf(own)).toEqual(['none', 'requested', 'required']);
  const guarded = { listeners: 'SSL://0.0.0.0:1', 'ssl.client.auth': 'required' };
  expect(() => plan({ ...guarded, 'listener.name.ssl.ssl.client.auth': 'none' })).toThrow(/ask who they are/);
});

test('an address that others reach needs a word', () => {
  for (const host of ['0.0.0.0', '', '[::]', '10.0.0.1', 'broker.example.org']) {
    const listeners = `PLAINTEXT://${host}:9092`;
    expect(() => plan({ listeners }), host).toThrow(/would let everybody.*millrace\.allow\.insecure\.listeners=true/);
    expect(plan({ ...open, listeners }), host).toHaveLength(1);
  }
});

test.each<[BrokerConfigInput, string, RegExp]>([
  [{ listeners: '' }, 'INVALID_ARGUMENT', /listeners must be at least one/],
  [{ listeners: 'A://h:1', 'controller.listener.names': 'a' }, 'INVALID_ARGUMENT', /at least one/],
  [{ listeners: 'NOPE://127.0.0.1:1' }, 'INVALID_ARGUMENT', /one that has NOPE/],
  [{ 'listener.security.protocol.map': 'PLAINTEXT:TLS' }, 'INVALID_ARGUMENT', /of PLAINTEXT, SSL/],
  [{ 'advertised.listeners': 'OTHER://h:1' }, 'INVALID_ARGUMENT', /advertised\.listeners must be of names that/],
  [{ 'advertised.listeners': 'PLAINTEXT://0.0.0.0:1' }, 'INVALID_ARGUMENT', /an address that clients can go to/],
  [
    {
      listeners: 'PLAINTEXT://127.0.0.1:1,B://127.0.0.1:1',
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,B:PLAINTEXT',
    },
    'INVALID_ARGUMENT',
    /each address is once/,
  ],
])('refuses %j', (config, code, message) => {
  expect(() => plan(config)).toThrow(
    expect.objectContaining({ code: `ERR_MILLRACE_${code}`, message: expect.stringMatching(message) }),
  );
});
