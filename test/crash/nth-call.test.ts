/**
 * For every n, the n-th system call of a short life of a store fails: then there is a typed error or none, never a crash, and what had been
 * acknowledged is there when the store is opened again. (SQLite tests its error paths so.)
 */
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import { openStore } from '#millrace/store/open-store.js';
import type { Store } from '#millrace/store/store.js';
import { MemoryFileSystem, type Operation } from '../support/memory-file-system.ts';
import { firstSeed, Random } from '../support/random.ts';

const DIRECTORY = '/data';

/** What the life has been promised so far. */
interface Promises {
  /** Values by topic, in the order of offsets. */
  readonly values: Map<string, string[]>;
  /** How many of them are durable. */
  readonly durable: Map<string, number>;
  /** Topics whose making or deletion was begun: they may be there or not. */
  readonly unsure: Set<string>;
}

async function appended(
  store: Store,
  promises: Promises,
  topic: string,
  count: number,
  durable: boolean,
): Promise<void> {
  const log = store.partition(topic, 0);
  const known = promises.values.get(topic)!;
  const values = Array.from({ length: count }, (_, i) => `${topic}:${known.length + i}:${'v'.repeat(100)}`);
  const receipt = log.append(values.map((value) => ({ value })));
  expect(receipt.baseOffset).toBe(known.length);
  known.push(...values);
  if (!durable) return;
  await receipt.durable;
  promises.durable.set(topic, known.length);
}

/** Each step may throw; the others are tried all the same. */
function lifeOf(store: Store, promises: Promises): (() => Promise<unknown> | void)[] {
  const create = async (name: string, config: object): Promise<void> => {
    promises.unsure.add(name);
    await store.createTopic(name, { config: { 'segment.bytes': 2048, 'index.interval.bytes': 100, ...config } });
    promises.unsure.delete(name);
    promises.values.set(name, []);
    promises.durable.set(name, 0);
  };
  return [
    () => create('a', {}),
    () => create('b', { 'flush.messages': 1 }),
    () => appended(store, promises, 'a', 5, true),
    () => appended(store, promises, 'b', 12, false),
    () => appended(store, promises, 'b', 12, true),
    () => store.checkpoint(),
    () => void store.partition('b', 0).deleteRecords(20),
    () => appended(store, promises, 'a', 25, false),
    () => store.partition('a', 0).roll(),
    async () => {
      await store.alterTopic('a', { 'retention.bytes': 3000 });
      await store.retain();
    },
    () => void store.partition('a', 0).read(0),
    () => {
      const name = 'c';
      return create(name, {}).then(() => appended(store, promises, name, 3, true));
    },
    async () => {
      promises.unsure.add('c');
      await store.deleteTopic('c');
      promises.unsure.delete('c');
      promises.values.delete('c');
    },
    () => appended(store, promises, 'a', 2, true),
    () => store.close(),
  ];
}

interface Outcome {
  readonly errors: string[];
  readonly calls: number;
}

/** Lives with the n-th `operation` failing with `code`; from then on all of them when `stays`. Then opens again and compares. */
async function live(operation: Operation, code: string, n: number, stays: boolean): Promise<Outcome> {
  const system = new MemoryFileSystem({ fileBytesMax: 64 * 1024 });
  const errors: string[] = [];
  const promises: Promises = { values: new Map(), durable: new Map(), unsure: new Set() };
  let calls = 0;
  const attempt = async (run: () => Promise<unknown> | void): Promise<void> => {
    try {
      await run();
    } catch (error) {
      if (!isMillraceError(error)) throw new Error(`${operation} ${n} ${code}: not one of ours`, { cause: error });
      errors.push(error.code);
    }
  };
  system.fault = (called) => {
    if (called !== operation) return null;
    calls++;
    return calls === n || (stays && calls > n) ? code : null;
  };
  let store: Store | null = null;
  await attempt(async () => {
    store = await openStore(DIRECTORY, { fileSystem: system, recoveryThreads: 0 });
  });
  if (store !== null) for (const step of lifeOf(store, promises)) await attempt(step);
  system.fault = null;
  const visible = new Map(Array.from(promises.values, ([topic, values]) => [topic, values.length]));
  if (!stays) {
    const lost = system.crash(new Random(n));
    await compare(lost, promises, promises.durable, `${operation} ${n} ${code}, then a power failure`);
  }
  await compare(system.kill(), promises, visible, `${operation} ${n} ${code}, then a kill`);
  return { errors, calls };
}

/** Of each topic at least so many records must be there. */
async function compare(
  system: MemoryFileSystem,
  promises: Promises,
  least: ReadonlyMap<string, number>,
  what: string,
): Promise<void> {
  const store = await openStore(DIRECTORY, { fileSystem: system, recoveryThreads: 0 });
  const there = store.topics().map(({ name }) => name);
  const wrong = there.find((name) => !promises.values.has(name) && !promises.unsure.has(name));
  if (wrong !== undefined) throw new Error(`${what}: topic ${wrong} is there`);
  for (const [topic, values] of promises.values) {
    if (!there.includes(topic) && promises.unsure.has(topic)) continue;
    const log = store.partition(topic, 0);
    const found = `${what}: ${topic} ends at ${log.endOffset}`;
    if (log.endOffset < least.get(topic)!) throw new Error(`${found}, acknowledged ${least.get(topic)}`);
    let offset = log.startOffset;
    while (offset < log.endOffset) {
      for (const batch of log.read(offset)) {
        for (const record of batch) {
          if (record.offset !== offset || String(record.value) !== values[offset])
            throw new Error(`${found}, wrong at ${offset}`);
          offset++;
        }
      }
    }
    const { baseOffset } = log.append([{ value: 'next' }]);
    if (baseOffset !== offset) throw new Error(`${found}, and goes on at ${baseOffset}`);
  }
  await store.close();
  expect(system.openFiles).toBe(0);
}

/** Up to this one, each call fails in its turn. */
const ALL = 12;

const CASES: [Operation, string, string][] = [
  ['open', 'EMFILE', 'ERR_MILLRACE_IO'],
  ['open', 'ENOSPC', 'ERR_MILLRACE_NO_SPACE'],
  ['pread', 'EIO', 'ERR_MILLRACE_IO'],
  ['pwrite', 'ENOSPC', 'ERR_MILLRACE_NO_SPACE'],
  ['pwrite', 'EIO', 'ERR_MILLRACE_IO'],
  ['fallocate', 'ENOSPC', 'ERR_MILLRACE_NO_SPACE'],
  ['fallocate', 'EIO', 'ERR_MILLRACE_OFFLINE'],
  ['ftruncate', 'EIO', 'ERR_MILLRACE_IO'],
  ['fdatasync', 'EIO', 'ERR_MILLRACE_OFFLINE'],
  ['fdatasync', 'ENOSPC', 'ERR_MILLRACE_OFFLINE'],
  ['fsync', 'EIO', 'ERR_MILLRACE_OFFLINE'],
  ['mmap', 'ENOMEM', 'ERR_MILLRACE_IO'],
  ['rename', 'ENOSPC', 'ERR_MILLRACE_NO_SPACE'],
  ['rename', 'EIO', 'ERR_MILLRACE_IO'],
  ['unlink', 'EIO', 'ERR_MILLRACE_IO'],
  ['mkdir', 'ENOSPC', 'ERR_MILLRACE_NO_SPACE'],
];

describe.each(CASES)('%s fails with %s', (operation, code, expected) => {
  test.each([
    ['once', false],
    ['from then on', true],
  ])('at the n-th call, %s, for n to the end', { timeout: 60_000 }, async (_, stays) => {
    const seen = new Set<string>();
    // The first calls are all different ones; of the later ones each fourth or eighth, from another one on with another seed.
    const step = stays ? 8 : 4;
    let n = 1;
    for (; ; n += n < ALL ? 1 : n === ALL ? 1 + (firstSeed() % step) : step) {
      const { errors, calls } = await live(operation, code, n, stays);
      for (const error of errors) seen.add(error);
      if (calls < n) break;
    }
    // The last n was past the last call: there was nothing to fail, and so no error; before that there were some.
    expect(n).toBeGreaterThan(1);
    expect(seen).toContain(expected);
  });
});
