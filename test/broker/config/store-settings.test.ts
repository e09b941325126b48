import { expect, test } from 'vitest';
import { checkBrokerConfig } from '#millrace/broker/broker-config.js';
import { storeSettingsOf, topicDefaultsOf } from '#millrace/broker/config/store-settings.js';
import { checkOptions } from '#millrace/store/store-options.js';

test('only what was set is a default of topics', () => {
  expect(topicDefaultsOf(checkBrokerConfig({}))).toEqual({});
  expect(topicDefaultsOf(checkBrokerConfig({ 'message.max.bytes': 5000, 'log.cleanup.policy': 'compact' }))).toEqual({
    'max.message.bytes': 5000,
    'cleanup.policy': 'compact',
  });
});

test('of several that mean the same, the strongest', () => {
  const hours = { 'log.retention.hours': 1 };
  expect(topicDefaultsOf(checkBrokerConfig(hours))).toEqual({ 'retention.ms': 3_600_000 });
  const minutes = { ...hours, 'log.retention.minutes': 2 };
  expect(topicDefaultsOf(checkBrokerConfig(minutes))).toEqual({ 'retention.ms': 120_000 });
  expect(topicDefaultsOf(checkBrokerConfig({ ...minutes, 'log.retention.ms': -1 }))).toEqual({ 'retention.ms': -1 });
});

test('a store takes all of it, with and without settings', () => {
  expect(() => checkOptions(storeSettingsOf(checkBrokerConfig({})))).not.toThrow();
  const settings = storeSettingsOf(
    checkBrokerConfig({ 'broker.id': 7, 'offsets.topic.num.partitions': 3, 'log.cleaner.backoff.ms': 50 }),
  );
  expect(checkOptions(settings)).toMatchObject({ nodeId: 7, offsetsPartitions: 3, compactionIntervalMs: 50 });
  expect(storeSettingsOf(checkBrokerConfig({ 'broker.id': 7, 'node.id': 8 })).nodeId).toBe(8);
});

test('what is longer than a timer can wait is as long as one can', () => {
  const never = { 'log.retention.check.interval.ms': '9223372036854775807', 'log.cleaner.backoff.ms': 2 ** 40 };
  const { retentionCheckIntervalMs, compactionIntervalMs } = checkOptions(storeSettingsOf(checkBrokerConfig(never)));
  expect([retentionCheckIntervalMs, compactionIntervalMs]).toEqual([0x7fff_ffff, 0x7fff_ffff]);
});

test('a rate of compaction in whole bytes; as good as none is none', () => {
  const told = (rate: unknown): number | undefined =>
    storeSettingsOf(checkBrokerConfig({ 'log.cleaner.io.max.bytes.per.second': rate as string }))
      .compactionBytesPerSecond;
  expect([told('5.24288E7'), told('1.9'), told(1e15), told('1.7976931348623157E308')]).toEqual([
    52_428_800, 1, 1e15, 0,
  ]);
});

test('without settings a store is told what it would do by itself', () => {
  const told = checkOptions(storeSettingsOf(checkBrokerConfig({})));
  expect(told).toEqual(checkOptions({}));
});
