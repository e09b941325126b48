/** The steps of a swap, each left behind by a crash, also as Kafka leaves them; what a real compaction goes through is in compaction/interruptions. */
import { expect, test } from 'vitest';
import {
  commitSwap,
  completeSwap,
  dropCleaned,
  finishSwap,
  isLeftOfSwap,
  type NewSegment,
} from '#millrace/log/segment-swap.js';
import { tidyDirectory } from '#millrace/log/log-directory.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { numbered, readyBatches } from '../support/temp-log.ts';

const DIRECTORY = '/t-0';
const SUFFIXES = ['.log', '.index', '.timeindex'];
const base = (offset: number): string => String(offset).padStart(20, '0');

function put(system: MemoryFileSystem, name: string, content: Uint8Array | string): void {
  const bytes = Buffer.from(content as string);
  const file = system.open(`${DIRECTORY}/${name}`, 'w+');
  file.write(bytes, 0, bytes.length, 0);
  file.sync();
  file.close();
}

/** Old segments at 0, 10, 20 and 30; in place of the first three there are to be new ones at 0 and 10. */
function prepared(): { system: MemoryFileSystem; added: NewSegment[] } {
  const system = new MemoryFileSystem();
  system.makeDirectory(DIRECTORY);
  for (const offset of [0, 10, 20, 30]) {
    for (const suffix of [...SUFFIXES, '.snapshot']) put(system, `${base(offset)}${suffix}`, `old ${offset}`);
  }
  put(system, `${base(0)}.txnindex`, 'old');
  for (const offset of [0, 10]) {
    put(system, `${base(offset)}.log.cleaned`, readyBatches(numbered(offset === 0 ? 5 : 15), { baseOffset: offset }));
    for (const suffix of ['.index', '.timeindex']) put(system, `${base(offset)}${suffix}.cleaned`, `new ${offset}`);
  }
  system.syncDirectory(DIRECTORY);
  return { system, added: [0, 10].map((baseOffset) => ({ baseOffset, size: 1, suffixes: SUFFIXES })) };
}

/** Which segments there are, old or new, by their offset index. */
function state(system: MemoryFileSystem): string[] {
  const names = system.list(DIRECTORY).map(({ name }) => name);
  expect(names.filter((name) => isLeftOfSwap(name) || name.endsWith('.deleted'))).toEqual([]);
  return names
    .filter((name) => name.endsWith('.index'))
    .map((name) => {
      const file = system.open(`${DIRECTORY}/${name}`, 'r');
      const bytes = Buffer.alloc(file.size());
      file.read(bytes, 0, bytes.length, 0);
      file.close();
      return String(bytes);
    });
}

const OLD = ['old 0', 'old 10', 'old 20', 'old 30'];
const NEW = ['new 0', 'new 10', 'old 30'];

function swap(system: MemoryFileSystem, added: readonly NewSegment[]): string[] {
  commitSwap(system, DIRECTORY, added);
  return completeSwap(system, DIRECTORY, added, [0, 10, 20]);
}

test('the new files take the place of the old ones, which are left to be removed', () => {
  const { system, added } = prepared();
  const left = swap(system, added);
  for (const path of left) system.remove(path);
  expect(state(system)).toEqual(NEW);
  const names = system.list(DIRECTORY).map(({ name }) => name);
  // What producers had written before a segment is as true as it was; that of a segment which is no more goes with it.
  expect(names.filter((name) => name.endsWith('.snapshot'))).toEqual(
    [0, 10, 30].map((offset) => `${base(offset)}.snapshot`),
  );
  // The new one has no aborted transactions.
  expect(names).not.toContain(`${base(0)}.txnindex`);
  expect(left).toHaveLength(3 * 3 + 1 + 1);
});

test('a crash after each call leaves all of the old ones or all of the new ones', () => {
  const found = new Map<string, number>();
  for (let n = 1; ; n++) {
    const { system, added } = prepared();
    let calls = 0;
    system.fault = () => (++calls >= n ? 'EINTR' : null);
    let ended = true;
    try {
      for (const path of swap(system, added)) system.remove(path);
    } catch {
      // As if the process had ended there: nothing more succeeds.
      ended = false;
    }
    system.fault = null;
    const after = system.kill();
    tidyDirectory(after, DIRECTORY);
    const left = state(after).join();
    found.set(left, (found.get(left) ?? 0) + 1);
    if (ended) break;
  }
  expect([...found.keys()].sort()).toEqual([NEW.join(), OLD.join()].sort());
  expect(found.get(OLD.join())).toBeGreaterThan(3);
  expect(found.get(NEW.join())).toBeGreaterThan(10);
});

test('what cannot be renamed is given up before anything has changed', () => {
  for (let n = 1; n <= 6; n++) {
    const { system, added } = prepared();
    let renames = 0;
    system.fault = (operation) => (operation === 'rename' && ++renames === n ? 'ENOSPC' : null);
    expect(() => commitSwap(system, DIRECTORY, added)).toThrow('ENOSPC');
    system.fault = null;
    expect(state(system)).toEqual(OLD);
  }
});

test('files that are not wanted any more are dropped', () => {
  const { system, added } = prepared();
  dropCleaned(system, DIRECTORY, added);
  expect(state(system)).toEqual(OLD);
});

test('swap files from the offset of a cleaned one on are void (K-6264)', () => {
  const { system } = prepared();
  for (const suffix of SUFFIXES)
    system.rename(`${DIRECTORY}/${base(10)}${suffix}.cleaned`, `${DIRECTORY}/${base(10)}${suffix}.swap`);
  finishSwap(system, DIRECTORY);
  expect(state(system)).toEqual(OLD);
});

test('what is left of a cut makes no swap void: the old files may be gone', () => {
  const { system, added } = prepared();
  put(system, `${base(0)}.log.cut.cleaned`, 'old 0');
  system.syncDirectory(DIRECTORY);
  for (const path of swap(system, added)) system.remove(path);
  for (const { baseOffset } of added)
    system.rename(`${DIRECTORY}/${base(baseOffset)}.index`, `${DIRECTORY}/${base(baseOffset)}.index.swap`);
  finishSwap(system, DIRECTORY);
  expect(state(system)).toEqual(NEW);
});

test('a log that has its name already: the rest follows', () => {
  const { system, added } = prepared();
  commitSwap(system, DIRECTORY, added);
  for (const offset of [0, 10, 20])
    for (const suffix of SUFFIXES) system.remove(`${DIRECTORY}/${base(offset)}${suffix}`);
  for (const offset of [0, 10])
    system.rename(`${DIRECTORY}/${base(offset)}.log.swap`, `${DIRECTORY}/${base(offset)}.log`);
  finishSwap(system, DIRECTORY);
  expect(state(system)).toEqual(NEW);
});

test('a replacement that is no log replaces nothing', () => {
  const { system, added } = prepared();
  commitSwap(system, DIRECTORY, added);
  const file = system.open(`${DIRECTORY}/${base(10)}.log.swap`, 'r+');
  file.write(Buffer.from('?'), 0, 1, 70);
  file.close();
  expect(() => finishSwap(system, DIRECTORY)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }));
  expect(system.exists(`${DIRECTORY}/${base(20)}.log`)).toBe(true);
});
