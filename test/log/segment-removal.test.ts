import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { WindowCache } from '#millrace/file/window-cache.js';
import { REMOVED_ASIDE_BYTES_MIN } from '#millrace/limits.js';
import { SegmentRemoval } from '#millrace/log/segment-removal.js';
import { Segment } from '#millrace/segment/segment.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const NAME = '/00000000000000000005';

function segmentOf(system: MemoryFileSystem, size: number, baseOffset = 5): Segment {
  const segment = new Segment({ system, cache: new WindowCache(system) }, '/', baseOffset, size);
  for (const suffix of ['.log', '.index', '.timeindex', '.snapshot']) system.open(segment.path(suffix), 'a+').close();
  return segment;
}

const names = (system: MemoryFileSystem): string[] => system.list('/').map(({ name }) => name);

test('all files of a segment go, those of another one stay', async () => {
  const system = new MemoryFileSystem();
  system.open('/00000000000000000006.log', 'w+').close();
  const removal = new SegmentRemoval(system);
  removal.remove(segmentOf(system, 100));
  expect(names(system)).toEqual(['00000000000000000006.log']);
  expect(removal.isPending).toBe(false);
  await removal.settled();
});

test('a large log gives its name up at once, and is removed on another thread', async () => {
  const system = new MemoryFileSystem();
  const removal = new SegmentRemoval(system);
  removal.remove(segmentOf(system, REMOVED_ASIDE_BYTES_MIN));
  expect([names(system), removal.isPending]).toEqual([['00000000000000000005.log.deleted'], true]);
  // The next segment of that offset is another file.
  system.open(`${NAME}.log`, 'w+').close();
  await removal.settled();
  expect([names(system), removal.isPending]).toEqual([['00000000000000000005.log'], false]);
});

test('files of those that leave follow, the oldest segment first, each log first', async () => {
  const system = new MemoryFileSystem();
  const removal = new SegmentRemoval(system);
  const gone: string[] = [];
  system.fault = (operation, path) => {
    if (operation === 'unlink') gone.push(path.slice(-'5.timeindex'.length).replace(/^0+/, ''));
    return null;
  };
  removal.leave([segmentOf(system, 100, 5), segmentOf(system, REMOVED_ASIDE_BYTES_MIN, 7)]);
  expect([names(system).length, gone]).toEqual([8, []]);
  await removal.settled();
  expect(names(system)).toEqual([]);
  expect(gone.filter((name) => name.endsWith('.log'))).toEqual(['5.log', '7.log']);
  expect([gone.indexOf('5.log'), gone.indexOf('7.log')]).toEqual([0, 5]);
});

test('what could not be removed is told to who waits until it is tried again', async () => {
  const system = new MemoryFileSystem();
  const removal = new SegmentRemoval(system);
  system.fault = (operation, path) => (operation === 'unlink' && path.endsWith('5.log') ? 'EACCES' : null);
  removal.leave([segmentOf(system, 100, 5), segmentOf(system, 100, 7)]);
  await expect(removal.settled()).rejects.toThrow('EACCES');
  await expect(removal.settled()).rejects.toThrow('EACCES');
  expect([names(system).length, removal.isPending]).toEqual([8, true]);
  system.fault = null;
  removal.retry();
  await removal.settled();
  expect([names(system), removal.isPending]).toEqual([[], false]);
});

test('after finish all names are free, and no thread comes after them', async () => {
  for (let turns = 0; turns < 6; turns++) {
    const system = new MemoryFileSystem();
    const removal = new SegmentRemoval(system);
    removal.leave([segmentOf(system, 100, 5), segmentOf(system, 100, 7)]);
    for (let i = 0; i < turns; i++) await setImmediate();
    removal.finish();
    expect(names(system)).toEqual([]);
    segmentOf(system, 100, 5);
    for (let i = 0; i < 20; i++) await setImmediate();
    await removal.settled();
    expect(names(system).length).toBe(4);
  }
});

test('after drop what is left stays', async () => {
  const system = new MemoryFileSystem();
  const removal = new SegmentRemoval(system);
  removal.leave([segmentOf(system, 100, 5), segmentOf(system, 100, 7)]);
  await setImmediate();
  await setImmediate();
  removal.drop();
  const left = names(system);
  for (let i = 0; i < 20; i++) await setImmediate();
  expect(names(system)).toEqual(left);
  expect([left.length > 4, removal.isPending]).toEqual([true, false]);
});
