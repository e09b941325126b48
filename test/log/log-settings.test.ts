import { expect, test } from 'vitest';
import { DEFAULT_LOG_SETTINGS } from '#millrace/log/log-settings.js';

test('defaults are Kafka’s, but for a retention of three days', () => {
  const day = 24 * 60 * 60 * 1000;
  expect(DEFAULT_LOG_SETTINGS).toMatchObject({
    segmentBytes: 1_073_741_824,
    segmentMs: 7 * day,
    segmentIndexBytes: 10_485_760,
    indexIntervalBytes: 4096,
    maxMessageBytes: 1_048_588,
    timestampType: 'CreateTime',
    compression: 'producer',
    retentionMs: 3 * day,
  });
  expect(DEFAULT_LOG_SETTINGS.flushMessages).toBeGreaterThan(1e15);
  expect(DEFAULT_LOG_SETTINGS.flushMs).toBeGreaterThan(1e15);
});
