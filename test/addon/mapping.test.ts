import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { native, type MappedBuffer } from '#millrace/native.js';
import { runChild, temporaryDirectory, thrownBy } from './support.ts';

const directory = temporaryDirectory();
const page = native.pageSize;
const size = 16 * page;
let files = 0;

function create(): { fd: number; path: string } {
  const path = join(directory, `file-${files++}`);
  const fd = native.open(path, 'w+');
  native.reserve(fd, path, size);
  return { fd, path };
}

describe('mapShared', () => {
  test('stores reach the file, and outlive its descriptor', () => {
    const { fd, path } = create();
    const view = new Uint8Array(native.mapShared(fd, path, page, size - page));
    expect(view.length).toBe(size - page);
    native.close(fd, path);
    view[3] = 42;
    expect(readFileSync(path)[page + 3]).toBe(42);
  });

  test('is refused beyond the end of the file, where a store would be a signal', () => {
    const { fd, path } = create();
    expect(thrownBy(() => native.mapShared(fd, path, 0, size + 1))).toMatchObject({
      code: 'ENXIO',
      syscall: 'mmap',
      path,
    });
    expect(thrownBy(() => native.mapShared(fd, path, size, 1))).toMatchObject({ code: 'ENXIO' });
    native.close(fd, path);
    expect(thrownBy(() => native.mapShared(fd, path, 0, size))).toMatchObject({ code: 'EBADF', path });
  });
});

describe('mapPrivate', () => {
  test('stores stay in the view; what is written to the file later is seen', () => {
    const { fd, path } = create();
    const view = new Uint8Array(native.mapPrivate(fd, path, 0, size));
    const other = new Uint8Array(native.mapPrivate(fd, path, 0, size));
    view[0] = 1;
    expect(readFileSync(path)[0]).toBe(0);
    expect(other[0]).toBe(0);
    native.write(fd, path, Uint8Array.of(7), 0, 1, page);
    expect([view[0], view[page], other[page]]).toEqual([1, 7, 7]);
    const shared = new Uint8Array(native.mapShared(fd, path, 0, size));
    shared[2 * page] = 8;
    expect(view[2 * page]).toBe(8);
    native.close(fd, path);
  });

  test('may be made before the file has grown to its end', () => {
    const path = join(directory, `file-${files++}`);
    writeFileSync(path, 'a');
    const fd = native.open(path, 'r+');
    const view = new Uint8Array(native.mapPrivate(fd, path, 0, size));
    native.write(fd, path, Buffer.from('later'), 0, 5, page);
    expect(Buffer.from(view.buffer, page, 5).toString()).toBe('later');
    native.close(fd, path);
  });

  test('names what failed', () => {
    expect(thrownBy(() => native.mapPrivate(999_999, '/the/path', 0, page))).toMatchObject({
      code: 'EBADF',
      syscall: 'mmap',
      path: '/the/path',
    });
  });
});

test.each(['mapShared', 'mapPrivate'] as const)('%s refuses wrong arguments', (name) => {
  const { fd, path } = create();
  const map = native[name] as (...values: unknown[]) => unknown;
  expect(thrownBy(() => map(fd, path, 1, page)).message).toBe('position must be a multiple of the page size');
  for (const [position, length] of [
    [0, 0],
    [0, -1],
    [-page, page],
    [0, 2 ** 32 + 1],
    [0, 1.5],
  ]) {
    expect(thrownBy(() => map(fd, path, position, length))).toBeInstanceOf(RangeError);
  }
  expect(thrownBy(() => map(fd, path, 0))).toBeInstanceOf(TypeError);
  native.close(fd, path);
});

describe('unmap', () => {
  test('takes the pages away at once, and every view with them', () => {
    const { fd, path } = create();
    const { mappings, mappedBytes } = native.counters();
    const buffer = native.mapShared(fd, path, 0, size);
    const view = new Uint8Array(buffer);
    expect(native.counters()).toEqual({ mappings: mappings + 1, mappedBytes: mappedBytes + size });
    native.unmap(buffer);
    expect(native.counters()).toEqual({ mappings, mappedBytes });
    expect([buffer.byteLength, view.length, view[0]]).toEqual([0, 0, undefined]);
    for (const call of [native.unmap, native.release]) expect(thrownBy(() => call(buffer))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => native.unmap(new ArrayBuffer(8)))).toBeInstanceOf(TypeError);
    const again = native.mapShared(fd, path, 0, size); // at the same address, perhaps
    expect(native.resident(again, 0, 0)).toBe(true);
    native.close(fd, path);
  });
});

describe('resident and populateRead', () => {
  test('pages are not in memory, then they are', async () => {
    const { fd, path } = create();
    native.fsync(fd, path);
    const buffer = native.mapShared(fd, path, 0, size); // without readahead
    expect(native.resident(buffer, 0, size)).toBe(false);
    expect(native.resident(buffer, 5, 5)).toBe(true);
    await native.populateRead(buffer, page + 1, 2 * page + 1);
    expect(native.resident(buffer, page, 3 * page)).toBe(true);
    await Promise.all([native.populateRead(buffer, 0, size), native.populateRead(buffer, 0, 0)]);
    expect(native.resident(buffer, 0, size)).toBe(true);
    native.close(fd, path);
  });

  test('populating what was cut off is no error, and no signal', async () => {
    const { fd, path } = create();
    const buffer = native.mapPrivate(fd, path, 0, size);
    native.truncate(fd, path, page);
    await expect(native.populateRead(buffer, 0, size)).resolves.toBeUndefined();
    native.close(fd, path);
  });

  test('refuse a buffer that is no mapping, and ranges outside it', () => {
    const { fd, path } = create();
    const buffer = native.mapPrivate(fd, path, 0, size);
    const calls: ((buffer: MappedBuffer, from: number, to: number) => unknown)[] = [
      native.resident,
      native.populateRead,
    ];
    for (const call of calls) {
      for (const wrong of [new ArrayBuffer(8), new ArrayBuffer(0), new Uint8Array(buffer), undefined, 'buffer']) {
        expect(thrownBy(() => call(wrong as never, 0, 0))).toBeInstanceOf(TypeError);
      }
      expect(thrownBy(() => call(buffer, 0, size + 1))).toBeInstanceOf(RangeError);
      expect(thrownBy(() => call(buffer, 2, 1))).toBeInstanceOf(RangeError);
    }
    expect(thrownBy(() => native.release(new ArrayBuffer(8)))).toBeInstanceOf(TypeError);
    native.close(fd, path);
  });
});

describe('collection', () => {
  // In processes of their own: other tests' mappings must not be in the count, and --expose-gc is wanted.
  const collected = `
    const collected = async () => { for (let i = 0; i < 10; i++) { gc(); await new Promise((r) => setImmediate(r)); } };
    const size = 64 * native.pageSize;
    const fd = native.open(path, 'w+');
    native.reserve(fd, path, size);
  `;

  test('a mapping lives as long as any view of it, and not longer', async () => {
    const child = await runChild(
      temporaryDirectory(),
      `${collected}
      let view = new Uint8Array(native.mapShared(fd, path, 0, size)).subarray(10, 20);
      native.close(fd, path);
      native.unlink(path);
      await collected();
      view.fill(7);
      const alive = { ...native.counters(), sum: view.reduce((a, b) => a + b) };
      view = undefined;
      await collected();
      console.log(JSON.stringify([alive, native.counters()]));`,
      ['--expose-gc'],
    );
    expect(child).toMatchObject({ code: 0, stderr: '' });
    const bytes = 64 * page;
    expect(JSON.parse(child.stdout)).toEqual([
      { mappings: 1, mappedBytes: bytes, sum: 70 },
      { mappings: 0, mappedBytes: 0 },
    ]);
  });

  // Threads are found by their names in /proc, which only Linux has.
  test.skipIf(process.platform !== 'linux')('a large one is unmapped by a thread of its own', async () => {
    const child = await runChild(
      temporaryDirectory(),
      `${collected}
      import { readdirSync, readFileSync } from 'node:fs';
      const names = () => readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/comm', 'utf8'));
      for (const large of [size, 4 << 20]) {
        native.reserve(fd, path, large);
        for (let i = 0; i < 4; i++) native.mapPrivate(fd, path, 0, large);
        for (let i = 0; i < 100 && native.counters().mappings > 0; i++) await collected();
        console.log(native.counters().mappings, names().filter((name) => name.startsWith('millrace')).length);
      }`,
      ['--expose-gc'],
    );
    expect(child).toMatchObject({ code: 0, stderr: '', stdout: '0 0\n0 1\n' });
  });

  test('a promise of populateRead keeps its mapping', async () => {
    const child = await runChild(
      temporaryDirectory(),
      `${collected}
      let promises = Array.from({ length: 20 }, () => native.populateRead(native.mapPrivate(fd, path, 0, size), 0, size));
      gc();
      await Promise.all(promises);
      promises = undefined;
      await collected();
      console.log(native.counters().mappings);`,
      ['--expose-gc'],
    );
    expect(child).toMatchObject({ code: 0, stderr: '', stdout: '0\n' });
  });

  // V8 acts on its count of external memory, which it shows to nobody: it collects when the count has grown by 64 MiB, and newer ones
  // end the process when it falls below zero. See native/binding/external_memory.h.
  test('mappings in use bring no collections, released ones some, and the count holds', async () => {
    const child = await runChild(
      temporaryDirectory(),
      `${collected}
      import { PerformanceObserver, constants } from 'node:perf_hooks';
      let collections = 0;
      new PerformanceObserver((list) => {
        for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) collections++;
      }).observe({ entryTypes: ['gc'] });
      const window = 32 << 20;
      native.truncate(fd, path, window);
      const turn = () => new Promise((r) => setImmediate(r));
      const inUse = async () => {
        await new Promise((r) => setTimeout(r, 20));
        collections = 0;
        const buffers = Array.from({ length: 500 }, () => native.mapPrivate(fd, path, 0, window));
        await new Promise((r) => setTimeout(r, 20));
        return buffers.length === 500 && collections < 8; // counted at full length they would be dozens
      };
      const released = async () => {
        const before = native.counters().mappings;
        let most = 0;
        for (let i = 0; i < 600; i++) {
          const buffer = native.mapPrivate(fd, path, 0, window);
          native.release(buffer);
          native.release(buffer);
          most = Math.max(most, native.counters().mappings - before);
          await turn();
        }
        return most < 500;
      };
      console.log(await inUse());
      await collected();
      console.log(await released());
      await collected();
      console.log(await inUse());
      await collected();
      console.log(native.counters().mappings);`,
      ['--expose-gc'],
    );
    expect(child).toMatchObject({ code: 0, stderr: '', stdout: 'true\ntrue\ntrue\n0\n' });
  });

  // Node 20 has no transfer; there nothing can take a mapping's bytes away.
  test.skipIf(!('transfer' in ArrayBuffer.prototype))(
    'a buffer whose bytes were moved away is a mapping no more',
    () => {
      const { fd, path } = create();
      const buffer = native.mapPrivate(fd, path, 0, size) as ArrayBuffer & { transfer(): ArrayBuffer };
      native.close(fd, path);
      const moved = buffer.transfer();
      expect(thrownBy(() => native.resident(buffer, 0, 0))).toBeInstanceOf(TypeError);
      native.release(moved);
      expect(new Uint8Array(moved)[size - 1]).toBe(0);
    },
  );
});
