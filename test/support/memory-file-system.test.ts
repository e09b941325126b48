import { describe, expect, test } from 'vitest';
import { MemoryFileSystem } from './memory-file-system.ts';
import { Random } from './random.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

function put(system: MemoryFileSystem, path: string, text: string, position = 0): void {
  const file = system.open(path, 'a+');
  file.write(bytes(text), 0, text.length, position);
  file.close();
}

function content(system: MemoryFileSystem, path: string): string | null {
  const size = system.sizeOf(path);
  if (size < 0) return null;
  const file = system.open(path, 'r');
  const read = Buffer.alloc(size);
  file.read(read, 0, size, 0);
  file.close();
  return read.toString('latin1');
}

function sync(system: MemoryFileSystem, path: string): void {
  const file = system.open(path, 'r+');
  file.sync();
  file.close();
}

/** What `look` sees after each of many power failures of one and the same state. */
function outcomes(
  prepare: (system: MemoryFileSystem) => void,
  look: (system: MemoryFileSystem) => string,
): Set<string> {
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    const system = new MemoryFileSystem();
    prepare(system);
    seen.add(look(system.crash(new Random(seed))));
  }
  return seen;
}

/** A synced file with a synced name. */
function prepared(system: MemoryFileSystem): void {
  system.makeDirectory('/d');
  put(system, '/d/a', 'old');
  sync(system, '/d/a');
  system.syncDirectory('/d');
  system.syncDirectory('/');
}

describe('a power failure', () => {
  test('keeps what was synced, with its name', () => {
    expect(outcomes(prepared, (system) => content(system, '/d/a') ?? 'gone')).toEqual(new Set(['old']));
  });

  test('may lose the name of a file whose content was synced', () => {
    const seen = outcomes(
      (system) => {
        prepared(system);
        put(system, '/d/b', 'new');
        sync(system, '/d/b');
      },
      (system) => content(system, '/d/b') ?? 'gone',
    );
    expect(seen).toEqual(new Set(['new', 'gone']));
  });

  test('may keep a size and lose the bytes', () => {
    const seen = outcomes(
      (system) => {
        prepared(system);
        put(system, '/d/a', 'newer');
      },
      (system) => content(system, '/d/a') ?? 'gone',
    );
    expect(seen).toEqual(new Set(['old', 'old\0\0', 'new', 'newer']));
  });

  test('keeps a rename or undoes it, and never shows both names or neither', () => {
    const seen = outcomes(
      (system) => {
        prepared(system);
        put(system, '/d/a.tmp', 'new');
        sync(system, '/d/a.tmp');
        system.rename('/d/a.tmp', '/d/a');
      },
      (system) => `${content(system, '/d/a')} ${content(system, '/d/a.tmp')}`,
    );
    expect(seen).toEqual(new Set(['old null', 'old new', 'new null']));
  });

  test('keeps a beginning of the changes to a directory', () => {
    const seen = outcomes(
      (system) => {
        prepared(system);
        put(system, '/d/1', '');
        put(system, '/d/2', '');
        system.remove('/d/a');
      },
      (system) =>
        system
          .list('/d')
          .map((entry) => entry.name)
          .join(''),
    );
    expect(seen).toEqual(new Set(['a', '1a', '12a', '12']));
  });

  test('keeps pages each for itself, and stores through a window count', () => {
    const seen = outcomes(
      (system) => {
        prepared(system);
        const file = system.open('/d/a', 'r+');
        file.reserve(8192);
        file.sync();
        const window = file.mapShared(0, 8192);
        window.bytes[0] = 'A'.charCodeAt(0);
        window.bytes[4096] = 'B'.charCodeAt(0);
      },
      (system) => content(system, '/d/a')!.replaceAll('\0', ''),
    );
    expect(seen).toEqual(new Set(['old', 'Ald', 'oldB', 'AldB']));
  });

  test('does not bring back what a durable cut took away', () => {
    const seen = outcomes(
      (system) => {
        prepared(system);
        const file = system.open('/d/a', 'r+');
        file.truncate(1);
        file.write(bytes('xyz'), 0, 3, 1);
        file.sync();
      },
      (system) => content(system, '/d/a')!,
    );
    expect(seen).toEqual(new Set(['oxyz']));
  });
});

test('a kill keeps everything that was written, and the one who was killed can do nothing any more', () => {
  const system = new MemoryFileSystem();
  system.makeDirectory('/d');
  const file = system.open('/d/a', 'w+');
  file.reserve(100);
  file.mapShared(0, 100).bytes.set(bytes('stored'));
  expect(system.lock('/d/.lock')).not.toBeNull();
  expect(system.lock('/d/.lock')).toBeNull();
  const next = system.kill();
  expect(content(next, '/d/a')!.slice(0, 6)).toBe('stored');
  expect(next.lock('/d/.lock')).not.toBeNull();
  expect(() => file.write(bytes('x'), 0, 1, 0)).toThrow(/killed/);
});

test('a full disk refuses blocks, and has room again when a file is gone', () => {
  const system = new MemoryFileSystem({ capacity: 8192 });
  system.makeDirectory('/d');
  put(system, '/d/a', 'x');
  const file = system.open('/d/b', 'w+');
  expect(() => file.reserve(4097)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
  expect(file.size()).toBe(0);
  system.remove('/d/a');
  file.reserve(8192);
  expect(file.size()).toBe(8192);
});

test('a call fails as the test wants it', () => {
  const system = new MemoryFileSystem();
  system.makeDirectory('/d');
  let calls = 0;
  system.fault = (operation) => (operation === 'pwrite' && ++calls === 2 ? 'EIO' : null);
  put(system, '/d/a', 'one');
  expect(() => put(system, '/d/a', 'two')).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_IO' }));
  expect(content(system, '/d/a')).toBe('one');
});

test('a store past the end of a file, and a window over bytes that have no blocks, are found out', () => {
  const system = new MemoryFileSystem();
  system.makeDirectory('/d');
  const file = system.open('/d/a', 'w+');
  file.reserve(8192);
  const window = file.mapShared(0, 8192);
  file.truncate(100);
  window.bytes[5000] = 1;
  expect(() => file.sync()).toThrow(/SIGBUS/);
  expect(() => file.mapShared(0, 8192)).toThrow(/SIGBUS/);
});

test('a flush round runs when the test says so, and tells the failure', async () => {
  const system = new MemoryFileSystem({ flush: 'manual' });
  system.makeDirectory('/d');
  put(system, '/d/a', 'one');
  const file = system.open('/d/a', 'r+');
  const thread = system.flushThread('/d');
  const ended: (Error | null)[] = [];
  thread.flush({ files: [file], directories: ['/d'], wholeFileSystem: false }, (error) => ended.push(error));
  await new Promise((resolve) => setImmediate(resolve));
  expect([ended.length, system.pendingFlushes]).toEqual([0, 1]);
  expect(system.runFlush()).toBe(true);
  expect(ended).toEqual([null]);
  system.fault = (operation) => (operation === 'fdatasync' ? 'EIO' : null);
  thread.flush({ files: [file], directories: [], wholeFileSystem: false }, (error) => ended.push(error));
  system.runFlush();
  expect(ended[1]).toMatchObject({ code: 'ERR_MILLRACE_IO' });
});
