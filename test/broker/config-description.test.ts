import { expect, test } from 'vitest';
import { type BrokerConfigName, checkBrokerConfig } from '#millrace/broker/broker-config.js';
import { describeBrokerConfig, describeTopicConfig } from '#millrace/broker/config-description.js';
import { LiveConfig } from '#millrace/broker/live-config.js';

function contextOf(input: object): never {
  return { liveConfig: new LiveConfig(checkBrokerConfig(input), [], {}) } as never;
}

test('of several settings of the broker that mean the same, all stand as synonyms, the strongest first', () => {
  const context = contextOf({ 'log.roll.hours': 2, 'log.roll.ms': 5 });
  const shown = describeTopicConfig(context, { 'segment.ms': '9' }).find(({ name }) => name === 'segment.ms')!;
  expect(shown).toMatchObject({ value: '9', configSource: 1 });
  expect(shown.synonyms.map(({ name, value, source }) => [name, value, source])).toEqual([
    ['segment.ms', '9', 1],
    ['log.roll.ms', '5', 4],
    ['log.roll.hours', '7200000', 4],
    ['log.roll.ms', '604800000', 5],
  ]);
});

test('what a listener has of its own, where it comes from, and the broker’s behind it', () => {
  const auth = 'listener.name.external.ssl.client.auth';
  const own = {
    'ssl.client.auth': 'requested',
    [auth]: 'required',
    'listener.name.external.ssl.keystore.key': 'secret',
  };
  const all = describeBrokerConfig(contextOf(own));
  const shown = all.find((each) => each.name === auth)!;
  expect(shown).toMatchObject({ value: 'required', configSource: 4, readOnly: true, configType: 2 });
  expect(shown.synonyms.map(({ name, value, source }) => [name, value, source])).toEqual([
    [auth, 'required', 4],
    ['ssl.client.auth', 'requested', 4],
    ['ssl.client.auth', 'none', 5],
  ]);
  expect(all.find((each) => each.name === 'listener.name.external.ssl.keystore.key')).toMatchObject({
    value: null,
    isSensitive: true,
    readOnly: false,
  });
});

test('what a listener has for one way to log in', () => {
  const name = 'listener.name.external.plain.connections.max.reauth.ms';
  const shown = describeBrokerConfig(contextOf({ [name]: 5 })).find((each) => each.name === name)!;
  expect(shown).toMatchObject({ value: '5', configSource: 4, readOnly: true, configType: 5 });
});

test('a setting without a default of the broker', () => {
  const all = describeTopicConfig(contextOf({}), {});
  const shown = all.find(({ name }) => name === 'remote.storage.enable')!;
  expect(shown).toMatchObject({ value: 'false', configSource: 5, configType: 1, synonyms: [] });
});

test('what nobody has said has no value, and every type has its number', () => {
  const all = describeBrokerConfig(contextOf({}));
  expect(all.find(({ name }) => name === 'node.id')).toMatchObject({ value: null, configSource: 5, configType: 3 });
  const typeOf = (name: BrokerConfigName) => all.find((each) => each.name === name)!.configType;
  expect([typeOf('listeners'), typeOf('connections.max.idle.ms'), typeOf('log.cleaner.min.cleanable.ratio')]).toEqual([
    7, 5, 6,
  ]);
  expect(all.filter(({ isSensitive }) => isSensitive).map(({ name }) => name)).toEqual([
    'ssl.keystore.certificate.chain',
    'ssl.keystore.key',
    'ssl.key.password',
    'ssl.truststore.certificates',
  ]);
});
