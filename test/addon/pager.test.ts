import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { native, type MappedBuffer } from '#millrace/native.js';
import { temporaryDirectory, thrownBy } from './support.ts';

const directory = temporaryDirectory();
const part = 4 << 20;
let files = 0;

const pager = native.createPager();
afterAll(() => pager.close());

function create(): { fd: number; path: string } {
  const path = join(directory, `file-${files++}`);
  return { fd: native.open(path, 'w+'), path };
}

/** Populating is advice: there is nothing to wait for but the pages. */
async function becomesResident(buffer: MappedBuffer, from: number, to: number): Promise<boolean> {
  for (let i = 0; i < 2000; i++) {
    if (native.resident(buffer, from, to)) return true;
    await sleep(1);
  }
  return false;
}

describe('prepare and take', () => {
  test('the part is reserved, mapped and populated', async () => {
    const { fd, path } = create();
    const tickets = [0, 1, 2].map((n) => pager.prepare(fd, path, (n + 1) * part, n * part, part, part, false));
    const buffers = tickets.map((ticket) => pager.take(ticket));
    expect(native.size(fd, path)).toBe(3 * part);
    expect(buffers.map((buffer) => buffer.byteLength)).toEqual([part, part, part]);
    for (const buffer of buffers) expect(await becomesResident(buffer, 0, part)).toBe(true);
    const other = create();
    expect(native.resident(pager.take(pager.prepare(other.fd, other.path, part, 0, part, 0, false)), 0, part)).toBe(
      false,
    );
    native.close(other.fd, other.path);
    new Uint8Array(buffers[1])[5] = 9;
    expect(readFileSync(path)[part + 5]).toBe(9);
    native.close(fd, path);
  });

  test('what the reservation threw is what `take` throws', () => {
    const ticket = pager.prepare(999_999, '/the/path', part, 0, part, 0, false);
    expect(thrownBy(() => pager.take(ticket))).toMatchObject({ code: 'EBADF', path: '/the/path' });
    expect(thrownBy(() => pager.take(ticket))).toBeInstanceOf(RangeError);
  });

  test('a cancelled ticket leaves no mapping', async () => {
    const { fd, path } = create();
    const { mappings } = native.counters();
    for (const pause of [0, 0, 5]) {
      const ticket = pager.prepare(fd, path, part, 0, part, part, false);
      if (pause > 0) await sleep(pause);
      pager.cancel(ticket);
      expect(native.counters().mappings).toBeLessThanOrEqual(mappings); // those of other tests may go meanwhile
      expect(thrownBy(() => pager.cancel(ticket))).toBeInstanceOf(RangeError);
    }
    native.close(fd, path);
  });

  test('refuse wrong arguments', () => {
    const prepare = pager.prepare.bind(pager) as (...values: unknown[]) => number;
    const wrong = [
      [part, 0, part + 1, 0],
      [part, 4096, part, 0],
      [part, 1, 4096, 0],
      [0, 0, 4096, 0],
      [part, 0, 0, 0],
      [part, 0, part, part + 1],
    ];
    for (const [fileSize, position, length, populate] of wrong) {
      expect(thrownBy(() => prepare(3, 'p', fileSize, position, length, populate, false))).toBeInstanceOf(RangeError);
    }
    expect(thrownBy(() => prepare(3, '', part, 0, part, 0, false))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => pager.take(1e9))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => pager.take(0))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => pager.cancel('1' as never))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => pager.take.call({}, 1))).toBeInstanceOf(Error);
  });
});

describe('populate', () => {
  test('brings pages in; a later call replaces a waiting one', async () => {
    const { fd, path } = create();
    const buffer = pager.take(pager.prepare(fd, path, 8 * part, 0, 8 * part, 0, false));
    const bytes = new Uint8Array(buffer);
    bytes[10] = 77;
    for (let from = 0; from <= 2 * part; from += part) pager.populate(buffer, from, from + part);
    expect(await becomesResident(buffer, 2 * part, 3 * part)).toBe(true);
    expect(native.resident(buffer, 6 * part, 8 * part)).toBe(false); // farther than any readahead
    expect(bytes[10]).toBe(77);
    native.close(fd, path);
  });

  test('refuses wrong arguments', () => {
    const { fd, path } = create();
    native.reserve(fd, path, part);
    const buffer = native.mapShared(fd, path, 0, part);
    expect(thrownBy(() => pager.populate(buffer, 0, part + 1))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => pager.populate(new ArrayBuffer(8), 0, 8))).toBeInstanceOf(TypeError);
    native.close(fd, path);
  });
});

describe('unmap', () => {
  test('takes the buffer at once, and the pages on the thread', async () => {
    const { fd, path } = create();
    const buffer = pager.take(pager.prepare(fd, path, part, 0, part, 0, false));
    const view = new Uint8Array(buffer);
    view[10] = 77;
    const { mappings } = native.counters();
    pager.unmap(buffer);
    expect([buffer.byteLength, view.length, view[10]]).toEqual([0, 0, undefined]);
    expect(thrownBy(() => pager.unmap(buffer))).toBeInstanceOf(TypeError);
    await vi.waitFor(() => expect(native.counters().mappings).toBeLessThan(mappings));
    expect(readFileSync(path)[10]).toBe(77);
    native.close(fd, path);
  });
});

test('close drops what waits and refuses what comes later', () => {
  const { fd, path } = create();
  const { mappings } = native.counters();
  const own = native.createPager();
  const tickets = Array.from({ length: 10 }, (_, n) =>
    own.prepare(fd, path, (n + 1) * part, n * part, part, part, false),
  );
  own.close();
  own.close();
  expect(native.counters().mappings).toBeLessThanOrEqual(mappings); // those of other tests may go meanwhile
  expect(thrownBy(() => own.unmap(new ArrayBuffer(8)))).toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  expect(thrownBy(() => own.take(tickets[0]))).toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  expect(thrownBy(() => own.prepare(fd, path, part, 0, part, 0, false))).toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  native.close(fd, path);
});
