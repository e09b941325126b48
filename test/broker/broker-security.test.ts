import { expect, test } from 'vitest';
import { type BrokerConfigInput, checkBrokerConfig, DEFAULT_BROKER_CONFIG } from '#millrace/broker/broker-config.js';
import { openSecurity, saslSettings } from '#millrace/broker/broker-security.js';
import { LiveConfig } from '#millrace/broker/live-config.js';
import { systemClock } from '#millrace/clock.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const effective = (input: BrokerConfigInput) => new LiveConfig(checkBrokerConfig(input), [], {}).effective;

test('users are those of the directory', async () => {
  await using store = await openStore(temporaryDirectory());
  await openSecurity(store, DEFAULT_BROKER_CONFIG, systemClock).credentials.put('alice', 'secret');
  expect(openSecurity(store, DEFAULT_BROKER_CONFIG, systemClock).credentials.list()).toMatchObject([{ user: 'alice' }]);
});

test('mechanisms that there are not are said so', async () => {
  await using store = await openStore(temporaryDirectory());
  const security = openSecurity(store, DEFAULT_BROKER_CONFIG, systemClock);
  const settings = (names: string) =>
    saslSettings(effective({ 'sasl.enabled.mechanisms': names }), 'IN', { security, clock: systemClock });
  expect(settings('PLAIN,SCRAM-SHA-512')).toMatchObject({ mechanisms: ['PLAIN', 'SCRAM-SHA-512'] });
  for (const names of ['', 'GSSAPI', 'PLAIN,OAUTHBEARER'])
    expect(() => settings(names)).toThrow(/sasl\.enabled\.mechanisms must be of PLAIN/);
});

test('how long a log-in is good: of the mechanism, of the listener, of all', async () => {
  await using store = await openStore(temporaryDirectory());
  const security = openSecurity(store, DEFAULT_BROKER_CONFIG, systemClock);
  const config = effective({
    'connections.max.reauth.ms': 1,
    'listener.name.in.connections.max.reauth.ms': '2',
    'listener.name.in.scram-sha-256.connections.max.reauth.ms': 3,
    'listener.name.out.plain.connections.max.reauth.ms': 0,
  });
  const lifetimes = (listener: string) => {
    const { lifetimeMs } = saslSettings(config, listener, { security, clock: systemClock });
    return ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => lifetimeMs(mechanism));
  };
  expect([lifetimes('IN'), lifetimes('OUT'), lifetimes('OTHER')]).toEqual([
    [2, 3, 2],
    [0, 1, 1],
    [1, 1, 1],
  ]);
});

test('there is one authorizer, by the name of Kafka’s, and another one is not taken for it', async () => {
  await using store = await openStore(temporaryDirectory());
  const open = (name: string) =>
    openSecurity(store, { ...DEFAULT_BROKER_CONFIG, 'authorizer.class.name': name }, systemClock);
  expect(open('').authorizer).toBeNull();
  expect(open('org.apache.kafka.metadata.authorizer.StandardAuthorizer').authorizer).not.toBeNull();
  expect(() => open('org.example.OtherAuthorizer')).toThrow(/"org\.example\.OtherAuthorizer" is not there/);
});
