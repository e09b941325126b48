import { expect, test } from 'vitest';
import { WindowCache } from '#millrace/file/window-cache.js';
import { REMOVED_ASIDE_BYTES_MIN } from '#millrace/limits.js';
import { SegmentRemoval } from '#millrace/log/segment-removal.js';
import { Segment } from '#millrace/segment/segment.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const NAME = '/00000000000000000005';

function segmentOf(system: MemoryFileSystem, size: number): Segment {
  for (const suffix of ['.log', '.index', '.timeindex', '.snapshot']) system.open(NAME + suffix, 'a+').close();
  return new Segment({ system, cache: new WindowCache(system) }, '/', 5, size);
}

const names = (system: MemoryFileSystem): string[] => system.list('/').map(({ name }) => name);

test('all files of a segment go, those of another one stay', async () => {
  const system = new MemoryFileSystem();
  system.open('/00000000000000000006.log', 'w+').close();
  const removal = new SegmentRemoval(system);
  removal.remove(segmentOf(system, 100));
  expect(names(system)).toEqual(['00000000000000000006.log']);
  await removal.settled();
});

test('a large log gives its name up at once, and is removed on another thread', async () => {
  const system = new MemoryFileSystem();
  let release!: () => void;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const removed: string[] = [];
  system.removeAside = async (path) => {
    await gate;
    removed.push(path);
    system.remove(path);
  };
  const removal = new SegmentRemoval(system);
  removal.remove(segmentOf(system, REMOVED_ASIDE_BYTES_MIN));
  expect(names(system)).toEqual(['00000000000000000005.log.deleted']);
  // The next segment of that offset is another file.
  system.open(`${NAME}.log`, 'w+').close();
  let isSettled = false;
  const settled = removal.settled().then(() => (isSettled = true));
  await Promise.resolve();
  expect(isSettled).toBe(false);
  release();
  await settled;
  expect([removed, names(system)]).toEqual([[`${NAME}.log.deleted`], ['00000000000000000005.log']]);
});

test('who waits is told, once, of what could not be removed', async () => {
  const system = new MemoryFileSystem();
  const removal = new SegmentRemoval(system);
  const segment = segmentOf(system, REMOVED_ASIDE_BYTES_MIN);
  system.fault = (operation, path) => (operation === 'unlink' && path.endsWith('.deleted') ? 'EIO' : null);
  removal.remove(segment);
  await expect(removal.settled()).rejects.toThrow('EIO');
  await removal.settled();
});
