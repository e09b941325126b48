import { expect, test } from 'vitest';
import { openStore } from '#millrace/store/open-store.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

async function storeIn() {
  const store = await openStore('/data', { fileSystem: new MemoryFileSystem(), defaults: { 'retention.ms': 5 } });
  await store.createTopic('t');
  await store.createTopic('own', { config: { 'retention.ms': 6 } });
  return store;
}

test('other defaults hold for topics and logs that have none of their own, also for those to come', async () => {
  await using store = await storeIn();
  const log = store.partition('t', 0);
  await store.configure({ defaults: { 'retention.ms': 9, 'max.message.bytes': 77 } });
  await store.createTopic('new');
  expect(['t', 'own', 'new'].map((name) => store.topicConfig(name)['retention.ms'])).toEqual([9, 6, 9]);
  expect(log.settings).toMatchObject({ retentionMs: 9, maxMessageBytes: 77 });
  expect(store.topic('t').config).toEqual({});
});

test('a topic that is being made while they change obeys them, too', async () => {
  await using store = await storeIn();
  await Promise.all([store.createTopic('new'), store.configure({ defaults: { 'retention.ms': 9 } })]);
  expect(store.partition('new', 0).settings.retentionMs).toBe(9);
});

test.each([
  ['nothing', null as never],
  ['a name that is none', { defaults: { 'no.such': 1 } }],
  ['no value of it', { defaults: { 'retention.ms': 'x' } }],
  ['what a topic contradicts', { defaults: { 'min.compaction.lag.ms': 9, 'max.compaction.lag.ms': 8 } }],
  ['an interval that is none', { defaults: {}, compactionIntervalMs: 0 }],
  ['a buffer that is none', { defaults: {}, compactionBufferBytes: 1 }],
  ['a rate that is none', { defaults: {}, compactionBytesPerSecond: -1 }],
  ['an expiration that is none', { defaults: {}, producerIdExpirationMs: -1 }],
] as [string, never][])('%s is refused, and nothing is changed', async (_, change) => {
  await using store = await storeIn();
  expect(() => store.checkConfigure(change)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
  );
  await expect(store.configure(change)).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
  expect(store.topicConfig('t')['retention.ms']).toBe(5);
});
