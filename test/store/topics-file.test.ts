import { expect, test } from 'vitest';
import { readTopicsFile, TOPICS_FILE, writeTopicsFile } from '#millrace/store/topics-file.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, write } from './store-fixture.ts';

const ID = 'Wm4_o_PXQfG7ebSjCMZozQ';
const ORDERS = { name: 'orders', id: ID, partitions: 4, config: { 'retention.ms': -1, 'cleanup.policy': 'compact' } };
const CLICKS = { name: 'clicks', id: ID, partitions: 1, config: {} };

function inMemory(text?: string): MemoryFileSystem {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  if (text !== undefined) write(system, `${DATA}/${TOPICS_FILE}`, text);
  return system;
}

test('what was written is read; no file is null', () => {
  const system = inMemory();
  expect(readTopicsFile(system, DATA)).toBeNull();
  for (const topics of [[ORDERS, CLICKS], [CLICKS], []]) {
    writeTopicsFile(system, DATA, topics);
    expect(readTopicsFile(system, DATA)).toEqual(topics);
  }
});

const file = (...topics: unknown[]): string => JSON.stringify({ version: 0, topics });

test.each([
  ['nothing', ''],
  ['no JSON', '{"version":0,'],
  ['zeros', '\0\0\0'],
  ['null', 'null'],
  ['another version', '{"version":1,"topics":[]}'],
  ['no topics', '{"version":0}'],
  ['a topic that is null', file(null)],
  ['a bad name', file({ ...ORDERS, name: '../up' })],
  ['a bad id', file({ ...ORDERS, id: 'x' })],
  ['no partitions', file({ ...ORDERS, partitions: 0 })],
  ['half a partition', file({ ...ORDERS, partitions: 1.5 })],
  ['an unknown setting', file({ ...ORDERS, config: { colour: 1 } })],
  ['a bad value', file({ ...ORDERS, config: { 'retention.ms': -2 } })],
  ['no settings', file({ name: 'orders', id: ID, partitions: 1 })],
])('%s is refused, and the error says how to go on', (_what, text) => {
  expect(() => readTopicsFile(inMemory(text), DATA)).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_CORRUPT',
      path: `${DATA}/${TOPICS_FILE}`,
      message: expect.stringContaining('restore it, or remove it to go on with default settings'),
    }),
  );
});
