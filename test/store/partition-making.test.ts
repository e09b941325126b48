import { expect, test } from 'vitest';
import { Health } from '#millrace/file/health.js';
import { makePartitions, removeDirectories } from '#millrace/store/partition-making.js';
import type { StoreEnvironment } from '#millrace/store/store-environment.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { DATA, namesIn, read } from './store-fixture.ts';

const ID = 'Wm4_o_PXQfG7ebSjCMZozQ';

function environmentOf(system: MemoryFileSystem): StoreEnvironment {
  system.makeDirectory(DATA);
  system.syncDirectory('/');
  return {
    system,
    directory: DATA,
    flushThread: system.flushThread(DATA),
    health: new Health(DATA),
  } as unknown as StoreEnvironment;
}

const paths = (count: number): string[] => Array.from({ length: count }, (_, i) => `${DATA}/orders-${i}`);

test.each([1, 4, 5, 300])('%i partitions are on stable storage when it settles', async (count) => {
  const system = new MemoryFileSystem({ fileBytesMax: 8192 });
  await makePartitions(environmentOf(system), paths(count), ID);
  expect(system.openFiles).toBe(0);
  const after = system.crash(new Random(count));
  expect(namesIn(after)).toHaveLength(count);
  for (const path of paths(count)) {
    expect(namesIn(after, path)).toEqual(['00000000000000000000.log', 'leader-epoch-checkpoint', 'partition.metadata']);
    expect(read(after, `${path}/partition.metadata`)).toContain(ID);
  }
});

test.each(['mkdir', 'open', 'pwrite', 'fdatasync'])(
  'nothing is left when %s fails, at whichever partition',
  async (operation) => {
    for (const nth of [0, 3, 150]) {
      const system = new MemoryFileSystem({ fileBytesMax: 8192 });
      const environment = environmentOf(system);
      let count = 0;
      system.fault = (called) => (called === operation && count++ === nth ? 'ENOSPC' : null);
      await expect(makePartitions(environment, paths(200), ID)).rejects.toThrow('ENOSPC');
      expect(namesIn(system)).toEqual([]);
      expect(system.openFiles).toBe(0);
      expect(environment.health.failure).toBeNull();
    }
  },
);

test('a disk that takes nothing back is offline', () => {
  const system = new MemoryFileSystem();
  const environment = environmentOf(system);
  system.makeDirectory(`${DATA}/orders-0`);
  system.fault = () => 'EIO';
  expect(() => removeDirectories(environment, paths(1))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_OFFLINE' }),
  );
});
