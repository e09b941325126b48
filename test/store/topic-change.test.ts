import { expect, test } from 'vitest';
import {
  CHANGE_FILE,
  isCommitted,
  readTopicChange,
  removeTopicChange,
  type TopicChange,
  writeTopicChange,
} from '#millrace/store/topic-change.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { DATA, write } from './store-fixture.ts';

const ID = 'Wm4_o_PXQfG7ebSjCMZozQ';
const CHANGE: TopicChange = { kind: 'add', topic: 'orders', id: ID, from: 2, to: 4 };

test('what was written is read, until it is removed', async () => {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  expect(readTopicChange(system, DATA)).toBeNull();
  await writeTopicChange({ system, directory: DATA, flushThread: system.flushThread(DATA) }, CHANGE);
  expect(readTopicChange(system, DATA)).toEqual(CHANGE);
  removeTopicChange(system, DATA);
  expect(readTopicChange(system, DATA)).toBeNull();
});

test.each([
  '',
  '{',
  'null',
  '7',
  '{"version":1}',
  JSON.stringify({ version: 0, ...CHANGE, kind: 'move' }),
  JSON.stringify({ version: 0, ...CHANGE, topic: '/' }),
  JSON.stringify({ version: 0, ...CHANGE, to: 'x' }),
])('%j is corrupt', (text) => {
  const system = new MemoryFileSystem();
  system.makeDirectory(DATA);
  write(system, `${DATA}/${CHANGE_FILE}`, text);
  expect(() => readTopicChange(system, DATA)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path: `${DATA}/${CHANGE_FILE}` }),
  );
});

test('an addition is committed when the topics have it, a deletion never is', () => {
  const entry = { name: 'orders', id: ID, partitions: 4, config: {} };
  expect(isCommitted(CHANGE, entry)).toBe(true);
  expect(isCommitted(CHANGE, { ...entry, partitions: 3 })).toBe(false);
  expect(isCommitted(CHANGE, { ...entry, id: 'AAAAAAAAAAAAAAAAAAAAAA' })).toBe(false);
  expect(isCommitted(CHANGE, undefined)).toBe(false);
  expect(isCommitted({ ...CHANGE, kind: 'delete' }, entry)).toBe(false);
});
