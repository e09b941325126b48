import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { native, type NativeFlusher } from '#millrace/native.js';
import { runChild, temporaryDirectory, thrownBy } from './support.ts';

const directory = temporaryDirectory();
let files = 0;

function createDirty(): { fd: number; path: string } {
  const path = join(directory, `file-${files++}`);
  const fd = native.open(path, 'w+');
  native.write(fd, path, new Uint8Array(20_000).fill(1), 0, 20_000, 0);
  return { fd, path };
}

interface Round {
  readonly fds?: readonly number[];
  readonly paths?: readonly string[];
  readonly directories?: readonly string[];
  readonly wholeFileSystem?: boolean;
}

/** The round's end as a promise of its error and its time. */
function flush(flusher: NativeFlusher, round: Round): Promise<{ error: Error | null; elapsedNs: number }> {
  const { fds = [], paths = [], directories = [], wholeFileSystem = false } = round;
  return new Promise((resolve) => {
    flusher.flush(
      Int32Array.from(fds),
      paths,
      new Float64Array(fds.length),
      directories,
      wholeFileSystem,
      (error, elapsedNs) => resolve({ error, elapsedNs }),
    );
  });
}

describe('flush', () => {
  test('syncs files one by one, the whole file system, directories', async () => {
    const flusher = native.createFlusher(directory);
    const dirty = [createDirty(), createDirty(), createDirty()];
    const fds = dirty.map(({ fd }) => fd);
    const paths = dirty.map(({ path }) => path);
    for (const wholeFileSystem of [false, true]) {
      const { error, elapsedNs } = await flush(flusher, { fds, paths, directories: [directory], wholeFileSystem });
      expect(error).toBe(null);
      expect(elapsedNs).toBeGreaterThan(0);
      expect(Number.isSafeInteger(elapsedNs)).toBe(true);
    }
    expect(await flush(flusher, {})).toMatchObject({ error: null });
    flusher.close();
    for (const { fd, path } of dirty) native.close(fd, path);
  });

  test('rounds end in the order in which they began, a failing one among them', async () => {
    const flusher = native.createFlusher(directory);
    const { fd, path } = createDirty();
    const ended: number[] = [];
    const rounds: Round[] = Array.from({ length: 20 }, (_, n) => ({
      fds: n % 5 === 2 ? [fd, 999_999] : [fd],
      paths: n % 5 === 2 ? [path, `/bad/${n}`] : [path],
      directories: n === 13 ? [join(directory, 'none')] : [],
      wholeFileSystem: n % 5 === 3,
    }));
    const results = await Promise.all(
      rounds.map((round, n) => flush(flusher, round).then((result) => (ended.push(n), result))),
    );
    expect(ended).toEqual(rounds.map((_, n) => n));
    results.forEach(({ error }, n) => {
      if (n % 5 === 2) expect(error).toMatchObject({ code: 'EBADF', syscall: 'fdatasync', path: `/bad/${n}` });
      else if (n === 13) expect(error).toMatchObject({ code: 'ENOENT', path: join(directory, 'none') });
      else expect(error).toBe(null);
    });
    flusher.close();
    native.close(fd, path);
  });

  test('close lets the queued rounds end, and refuses others', async () => {
    const flusher = native.createFlusher(directory);
    const rounds = [1, 2, 3].map(() => flush(flusher, { directories: [directory] }));
    flusher.close();
    flusher.close();
    expect(thrownBy(() => flusher.flush(new Int32Array(0), [], new Float64Array(0), [], false, () => 0))).toMatchObject(
      {
        code: 'ERR_MILLRACE_CLOSED',
      },
    );
    expect((await Promise.all(rounds)).map(({ error }) => error)).toEqual([null, null, null]);
  });

  test('a callback may flush again, or close', async () => {
    const flusher = native.createFlusher(directory);
    const result = await new Promise<string>((resolve) => {
      flusher.flush(new Int32Array(0), [], new Float64Array(0), [directory], false, () =>
        flusher.flush(new Int32Array(0), [], new Float64Array(0), [directory], false, (error) => {
          flusher.close();
          resolve(String(error));
        }),
      );
    });
    expect(result).toBe('null');
  });

  test('refuses wrong arguments', () => {
    expect(thrownBy(() => native.createFlusher(join(directory, 'none')))).toMatchObject({
      code: 'ENOENT',
      syscall: 'open',
    });
    expect(thrownBy(() => native.createFlusher(7 as never))).toBeInstanceOf(TypeError);
    const flusher = native.createFlusher(directory);
    const call = flusher.flush.bind(flusher) as (...values: unknown[]) => void;
    const none = new Int32Array(0);
    const settled = new Float64Array(0);
    const done = (): void => undefined;
    expect(thrownBy(() => call(new Uint8Array(0), [], settled, [], false, done))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(Int32Array.of(1), [], settled, [], false, done))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => call(none, 'p', settled, [], false, done))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(none, [], [], [], false, done))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(none, [], new Float64Array(1), [], false, done))).toBeInstanceOf(RangeError);
    for (const position of [-1, 2 ** 53, NaN]) {
      const positions = Float64Array.of(position);
      expect(thrownBy(() => call(Int32Array.of(1), ['p'], positions, [], false, done))).toBeInstanceOf(RangeError);
    }
    expect(thrownBy(() => call(none, [], settled, [1], false, done))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(none, [], settled, [], 0, done))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(none, [], settled, [], false, undefined))).toBeInstanceOf(TypeError);
    flusher.close();
  });
});

describe('the process', () => {
  test('waits for rounds, and not for an idle flusher', async () => {
    const child = await runChild(
      directory,
      `const flusher = native.createFlusher(directory);
       for (let i = 0; i < 50; i++) flusher.flush(new Int32Array(0), [], new Float64Array(0), [directory], true, (error) => console.log(i, error));`,
    );
    expect(child).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(child.stdout).toBe(Array.from({ length: 50 }, (_, i) => `${i} null\n`).join(''));
  });

  test('what a callback throws is an uncaught exception', async () => {
    const child = await runChild(
      directory,
      `const flusher = native.createFlusher(directory);
       process.on('uncaughtException', (error) => { console.log(error.message); process.exitCode = 3; });
       flusher.flush(new Int32Array(0), [], new Float64Array(0), [], false, () => { throw new Error('from done'); });`,
    );
    expect(child).toMatchObject({ code: 3, signal: null, stderr: '', stdout: 'from done\n' });
  });

  test('a flusher that nobody holds still calls back, and is collected after that', async () => {
    const child = await runChild(
      directory,
      `const settled = async () => { for (let i = 0; i < 10; i++) { gc(); await new Promise((r) => setImmediate(r)); } };
       let gone = 0;
       const registry = new FinalizationRegistry(() => gone++);
       const start = () => {
         const flusher = native.createFlusher(directory);
         registry.register(flusher);
         return new Promise((resolve) => flusher.flush(new Int32Array(0), [], new Float64Array(0), [directory], true, resolve));
       };
       const promise = start();
       await settled();
       console.log(await promise);
       await settled();
       console.log(gone);`,
      ['--expose-gc'],
    );
    expect(child).toMatchObject({ code: 0, signal: null, stderr: '', stdout: 'null\n1\n' });
  });
});
