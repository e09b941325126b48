import { expect, test } from 'vitest';
import { DEFAULT_BROKER_CONFIG } from '#millrace/broker/broker-config.js';
import { openSecurity, saslSettings } from '#millrace/broker/broker-security.js';
import { systemClock } from '#millrace/clock.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

test('users are those of the directory', async () => {
  await using store = await openStore(temporaryDirectory());
  await openSecurity(store, DEFAULT_BROKER_CONFIG, systemClock).credentials.put('alice', 'secret');
  expect(openSecurity(store, DEFAULT_BROKER_CONFIG, systemClock).credentials.list()).toMatchObject([{ user: 'alice' }]);
});

test('mechanisms that there are not are said so', async () => {
  await using store = await openStore(temporaryDirectory());
  const security = openSecurity(store, DEFAULT_BROKER_CONFIG, systemClock);
  const settings = (names: string) =>
    saslSettings({ ...DEFAULT_BROKER_CONFIG, 'sasl.enabled.mechanisms': names }, security, systemClock);
  expect(settings('PLAIN,SCRAM-SHA-512')).toMatchObject({ mechanisms: ['PLAIN', 'SCRAM-SHA-512'] });
  for (const names of ['', 'GSSAPI', 'PLAIN,OAUTHBEARER'])
    expect(() => settings(names)).toThrow(/sasl\.enabled\.mechanisms must be of PLAIN/);
});

test('there is one authorizer, by the name of Kafka’s, and another one is not taken for it', async () => {
  await using store = await openStore(temporaryDirectory());
  const open = (name: string) =>
    openSecurity(store, { ...DEFAULT_BROKER_CONFIG, 'authorizer.class.name': name }, systemClock);
  expect(open('').authorizer).toBeNull();
  expect(open('org.apache.kafka.metadata.authorizer.StandardAuthorizer').authorizer).not.toBeNull();
  expect(() => open('org.example.OtherAuthorizer')).toThrow(/"org\.example\.OtherAuthorizer" is not there/);
});
