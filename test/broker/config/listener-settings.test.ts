import { expect, test } from 'vitest';
import { listenerSetting, withListenerName } from '#millrace/broker/config/listener-settings.js';

test('what a listener can have of its own, by the listener’s name in small letters', () => {
  expect(listenerSetting('listener.name.external.ssl.client.auth')).toEqual({
    base: 'ssl.client.auth',
    listener: 'external',
    own: 'ssl.client.auth',
  });
  expect(listenerSetting('listener.name.sasl_ssl.connections.max.reauth.ms')?.listener).toBe('sasl_ssl');
  expect(listenerSetting('listener.name.sasl_ssl.scram-sha-256.connections.max.reauth.ms')).toEqual({
    base: 'connections.max.reauth.ms',
    listener: 'sasl_ssl',
    own: 'scram-sha-256.connections.max.reauth.ms',
  });
  for (const none of [
    'ssl.client.auth',
    'listener.name.ssl.client.auth',
    'listener.name.EXTERNAL.ssl.client.auth',
    'listener.name.external.num.partitions',
    'listener.name.external.toString',
    'listener.name.external.scram-sha-256.sasl.jaas.config',
    'listener.name.external.oauthbearer.connections.max.reauth.ms',
    'listener.name.external.PLAIN.connections.max.reauth.ms',
  ])
    expect(listenerSetting(none), none).toBeNull();
});

test.each([
  ['listener.name.sasl.ssl.sasl.enabled.mechanisms', 'listener.name.sasl_ssl.sasl.enabled.mechanisms'],
  ['listener.name.external.ssl.keystore.key', 'listener.name.external.ssl.keystore.key'],
  ['listener.name.external.num.partitions', 'listener.name.external.num.partitions'],
  ['ssl.keystore.key', 'ssl.keystore.key'],
  [
    'listener.name.sasl.ssl.scram.sha.256.connections.max.reauth.ms',
    'listener.name.sasl_ssl.scram-sha-256.connections.max.reauth.ms',
  ],
  ['listener.name.a.b.plain.connections.max.reauth.ms', 'listener.name.a_b.plain.connections.max.reauth.ms'],
  ['listener.name.plain.connections.max.reauth.ms', 'listener.name.plain.connections.max.reauth.ms'],
])('%s of a variable is %s', (name, expected) => {
  expect(withListenerName(name)).toBe(expected);
});
