import { expect, test } from 'vitest';
import { topicDefaultConfigs } from '#millrace/broker/config/topic-default-configs.js';
import { topicConfigs } from '#millrace/store/topic-config.js';

test('each is the default of a setting of topics, with that default', () => {
  for (const [name, { topic, default: standard }] of Object.entries(topicDefaultConfigs)) {
    expect(topic, name).toBeDefined();
    if (topic!.unit === 1) expect(standard, name).toBe(topicConfigs[topic!.name].default);
  }
});

test('of those that mean the same, the finest unit comes first', () => {
  const names = Object.entries(topicDefaultConfigs).filter(([, { topic }]) => topic!.name === 'retention.ms');
  expect(names.map(([name]) => name)).toEqual(['log.retention.ms', 'log.retention.minutes', 'log.retention.hours']);
});

test('Kafka has a default for each setting of topics, but for these', () => {
  const meant = new Set(Object.values(topicDefaultConfigs).map(({ topic }) => topic!.name as string));
  expect(Object.keys(topicConfigs).filter((name) => !meant.has(name))).toEqual([
    'follower.replication.throttled.replicas',
    'leader.replication.throttled.replicas',
    'remote.log.copy.disable',
    'remote.log.delete.on.disable',
    'remote.storage.enable',
  ]);
});
