import { expect, test } from 'vitest';
import { brokerConfigNames } from '#millrace/broker/broker-config.js';
import { dynamicName, isDynamic, isOfListeners } from '#millrace/broker/config/dynamic-names.js';

test('what Kafka lets one change while it runs, and this broker obeys', () => {
  expect(brokerConfigNames.filter(isDynamic).sort()).toEqual([
    'compression.gzip.level',
    'compression.lz4.level',
    'compression.type',
    'compression.zstd.level',
    'log.cleaner.backoff.ms',
    'log.cleaner.dedupe.buffer.size',
    'log.cleaner.delete.retention.ms',
    'log.cleaner.io.max.bytes.per.second',
    'log.cleaner.max.compaction.lag.ms',
    'log.cleaner.min.cleanable.ratio',
    'log.cleaner.min.compaction.lag.ms',
    'log.cleanup.policy',
    'log.flush.interval.messages',
    'log.flush.interval.ms',
    'log.index.interval.bytes',
    'log.index.size.max.bytes',
    'log.local.retention.bytes',
    'log.local.retention.ms',
    'log.message.timestamp.after.max.ms',
    'log.message.timestamp.before.max.ms',
    'log.message.timestamp.type',
    'log.preallocate',
    'log.retention.bytes',
    'log.retention.ms',
    'log.roll.jitter.ms',
    'log.roll.ms',
    'log.segment.bytes',
    'log.segment.delete.delay.ms',
    'max.connections',
    'max.connections.per.ip',
    'max.connections.per.ip.overrides',
    'message.max.bytes',
    'min.insync.replicas',
    'num.recovery.threads.per.data.dir',
    'producer.id.expiration.ms',
    'unclean.leader.election.enable',
  ]);
});

test('certificates are changed by listener', () => {
  expect(isOfListeners('ssl.keystore.location')).toBe(true);
  expect(isDynamic('ssl.keystore.location')).toBe(false);
  expect(dynamicName('ssl.keystore.location')).toBeNull();
  expect(dynamicName('listener.name.external.ssl.keystore.location')).toEqual({
    base: 'ssl.keystore.location',
    listener: 'external',
  });
  for (const none of ['listener.name.external.num.partitions', 'listener.name.ssl.keystore.location', 'no.such'])
    expect(dynamicName(none)).toBeNull();
});

test('the bound of connections is changed of all, and by listener', () => {
  expect(dynamicName('max.connections')).toEqual({ base: 'max.connections', listener: null });
  expect(dynamicName('listener.name.external.max.connections')).toEqual({
    base: 'max.connections',
    listener: 'external',
  });
  expect(dynamicName('listener.name.external.sasl.enabled.mechanisms')).toBeNull();
});
