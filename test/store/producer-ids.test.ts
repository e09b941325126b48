import { expect, test } from 'vitest';
import { ProducerIds, PRODUCER_IDS_FILE } from '#millrace/store/producer-ids.js';
import type { StoreEnvironment } from '#millrace/store/store-environment.js';
import { Health } from '#millrace/file/health.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { DATA, read, write } from './store-fixture.ts';

function idsOn(system: MemoryFileSystem): ProducerIds {
  if (!system.exists(DATA)) system.makeDirectory(DATA);
  return new ProducerIds({ system, directory: DATA, health: new Health(DATA) } as unknown as StoreEnvironment);
}

const PATH = `${DATA}/${PRODUCER_IDS_FILE}`;

test('ids follow one another, and the file is written once a block', () => {
  const system = new MemoryFileSystem();
  const ids = idsOn(system);
  let writes = 0;
  system.fault = (operation) => {
    if (operation === 'rename') writes++;
    return null;
  };
  expect(Array.from({ length: 1_001 }, () => ids.next())).toEqual(Array.from({ length: 1_001 }, (_, i) => i));
  expect(writes).toBe(2);
  expect(read(system, PATH)).toBe('{"version":0,"next":2000}\n');
});

test('no id is given twice, whatever stops the process', () => {
  let system = new MemoryFileSystem();
  const given = new Set<number>();
  for (let seed = 1; seed <= 20; seed++) {
    const ids = idsOn(system);
    for (let i = 0; i < 3; i++) {
      const id = ids.next();
      expect(given.has(id)).toBe(false);
      given.add(id);
    }
    system = seed % 2 === 0 ? system.kill() : system.crash(new Random(seed));
  }
});

test('a full disk gives none, and later the next', () => {
  const system = new MemoryFileSystem();
  const ids = idsOn(system);
  system.fault = (operation) => (operation === 'pwrite' ? 'ENOSPC' : null);
  expect(() => ids.next()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
  system.fault = null;
  expect(ids.next()).toBe(0);
});

test('a file that does not say which is next is told, and not guessed about', () => {
  for (const text of ['', '{}', '{"version":1,"next":5}', '{"version":0,"next":-5}', '{"version":0,"next":1.5}']) {
    const system = new MemoryFileSystem();
    const ids = idsOn(system);
    write(system, PATH, text);
    expect(() => ids.next(), text).toThrow('does not say which producer id is the next');
  }
});
