import { expect, test } from 'vitest';
import {
  type BrokerConfigInput,
  brokerConfigNames,
  brokerConfigs,
  checkBrokerConfig,
  DEFAULT_BROKER_CONFIG,
  isBrokerConfigName,
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

test.each([
  [{ 'num.partition': 4 }, /"num\.partition" is no setting of a broker, did you mean "num\.partitions"\?/],
  [{ 'num.partitions': 0 }, /num\.partitions must be a whole number from 1 to 100000, got 0/],
  [{ 'num.partitions': null }, /num\.partitions must be/],
  [{ 'auto.create.topics.enable': 'maybe' }, /must be true or false, got "maybe"/],
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
