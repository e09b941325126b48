import { expect, test } from 'vitest';
import { notOfTopic, presentTopicId } from '#millrace/store/partition-presence.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, openInMemory, write } from './store-fixture.ts';

test('the topic of a directory; null where its file is not there or not whole', async () => {
  const { store, system } = await openInMemory(new MemoryFileSystem());
  const { id } = await store.createTopic('orders');
  await store.close();
  const directory = `${DATA}/orders-0`;
  expect(presentTopicId(system, directory)).toBe(id);
  write(system, `${directory}/partition.metadata`, 'version: ');
  expect(presentTopicId(system, directory)).toBeNull();
  system.remove(`${directory}/partition.metadata`);
  expect(presentTopicId(system, directory)).toBeNull();
  expect(notOfTopic('orders', directory)).toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC', path: directory });
});
