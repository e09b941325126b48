import { expect, test } from 'vitest';
import { openStore, type Store } from '#millrace/main.js';
import { PRODUCER_ID_BLOCK } from '#millrace/limits.js';
import { PRODUCER_IDS_FILE, readNext } from '#millrace/store/producer-ids.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { codeOf } from '../support/test-producer.ts';

const FIRST = 2 ** 40;
const open = (fileSystem: MemoryFileSystem): Promise<Store> => openStore('/data', { fileSystem });

test('ids are given out one after another, from above those of Kafka, and blocks are never begun twice', async () => {
  const system = new MemoryFileSystem();
  const store = await open(system);
  expect(system.exists(`/data/${PRODUCER_IDS_FILE}`)).toBe(false);
  const ids = Array.from({ length: PRODUCER_ID_BLOCK + 2 }, () => store.producerIds.next());
  expect(ids).toEqual(Array.from({ length: PRODUCER_ID_BLOCK + 2 }, (_, i) => FIRST + i));
  await store.close();
  const next = await open(system);
  expect(next.producerIds.next()).toBe(FIRST + 2 * PRODUCER_ID_BLOCK);
  await next.close();
});

test('no id is given out twice after a kill, nor after a power failure', async () => {
  let system = new MemoryFileSystem();
  const given = new Set<number>();
  for (let i = 0; i < 20; i++) {
    const store = await open(system);
    for (let count = 0; count < 3; count++) {
      const id = store.producerIds.next();
      expect(given.has(id)).toBe(false);
      given.add(id);
    }
    system = i % 2 === 0 ? system.kill() : system.crash(new Random(i));
  }
});

test('a full disk refuses an id, and gives out none that is not written down', async () => {
  const system = new MemoryFileSystem();
  const store = await open(system);
  system.fault = (operation, path) => (operation === 'pwrite' && path.includes(PRODUCER_IDS_FILE) ? 'ENOSPC' : null);
  expect(codeOf(() => store.producerIds.next())).toBe('ERR_MILLRACE_NO_SPACE');
  system.fault = null;
  expect(store.producerIds.next()).toBe(FIRST);
  await store.close();
});

test.each([
  '',
  '{}',
  '{"version":1,"next":5}',
  '{"version":0,"next":-5}',
  '{"version":0,"next":1e99}',
  '{"version":0,"next":9007199254740991}',
])('%j says nothing about ids, and none is guessed', (text) => {
  expect(codeOf(() => readNext(text, 'x'))).toBe('ERR_MILLRACE_CORRUPT');
});

test('what is written by hand counts', () => {
  expect(readNext('{ "version": 0, "next": 77 }', 'x')).toBe(77);
  expect(readNext(null, 'x')).toBe(FIRST);
});
