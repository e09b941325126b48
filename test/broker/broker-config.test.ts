import { expect, test } from 'vitest';
import {
  type BrokerConfigInput,
  brokerConfigNames,
  brokerConfigs,
  checkBrokerConfig,
  DEFAULT_BROKER_CONFIG,
  isBrokerConfigName,
  withConfigs,
} from '#millrace/broker/broker-config.js';

test('each setting says in a sentence what it means, and none stands twice', () => {
  for (const [name, { documentation }] of Object.entries(brokerConfigs)) {
    expect(documentation, name).toMatch(/^[A-Z].*\.$/);
  }
  expect(new Set(brokerConfigNames).size).toBe(brokerConfigNames.length);
  expect(brokerConfigNames.length).toBeGreaterThan(80);
});

test('values as what they are or as text; what is given is told from what is not', () => {
  const { config, given } = checkBrokerConfig({
    'num.partitions': '4',
    'auto.create.topics.enable': 'false',
    'log.dirs': ['/a'],
    'fetch.max.bytes': undefined,
  });
  expect(config).toMatchObject({ 'num.partitions': 4, 'auto.create.topics.enable': false, 'log.dirs': '/a' });
  expect([...given].sort()).toEqual(['auto.create.topics.enable', 'log.dirs', 'num.partitions']);
  expect({ ...config, 'num.partitions': 1, 'auto.create.topics.enable': true, 'log.dirs': '' }).toEqual(
    DEFAULT_BROKER_CONFIG,
  );
});

test('what listeners have of their own stands beside the broker’s', () => {
  const { config, given, ofListeners } = checkBrokerConfig({
    'ssl.client.auth': 'none',
    'listener.name.external.ssl.client.auth': 'required',
    'listener.name.external.connections.max.reauth.ms': '5000',
    'listener.name.inside.ssl.keystore.location': undefined,
  });
  expect([config['ssl.client.auth'], config['connections.max.reauth.ms']]).toEqual(['none', 0]);
  expect([...given]).toEqual(['ssl.client.auth']);
  expect([...ofListeners]).toEqual([
    ['external', { 'ssl.client.auth': 'required', 'connections.max.reauth.ms': 5000 }],
  ]);
});

test('some settings in place of others', () => {
  const config = withConfigs(DEFAULT_BROKER_CONFIG, { 'num.partitions': '7' });
  expect(config).toEqual({ ...DEFAULT_BROKER_CONFIG, 'num.partitions': 7 });
});

test.each([
  [{ 'num.partition': 4 }, /"num\.partition" is no setting of a broker, did you mean "num\.partitions"\?/],
  [{ 'num.partitions': 0 }, /num\.partitions must be a whole number from 1 to 100000, got 0/],
  [{ 'num.partitions': null }, /num\.partitions must be/],
  [{ 'auto.create.topics.enable': 'maybe' }, /must be true or false, got "maybe"/],
  [{ 'listener.name.external.num.partitions': 4 }, /is no setting of a broker/],
  [{ 'listener.name.EXTERNAL.ssl.client.auth': 'none' }, /is no setting of a broker/],
  [{ 'listener.name.a.ssl.client.auth': 'maybe' }, /listener\.name\.a\.ssl\.client\.auth must be.*got "maybe"/],
  [{ 'listener.name.a.ssl.keystore.key': 7 }, /got "\(hidden\)"/],
  [{ 'log.retention.hours': 'long' }, /log\.retention\.hours must be/],
  [null, /config must be an object/],
])('refuses %j', (input, message) => {
  expect(() => checkBrokerConfig(input as BrokerConfigInput)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
  );
});

test('a name that every object has is no setting', () => {
  expect(isBrokerConfigName('toString')).toBe(false);
  expect(isBrokerConfigName('listeners')).toBe(true);
});
