/** A whole data directory: clean, damaged in every way, written meanwhile, and Kafka's. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { openStore } from '#millrace/main.js';
import { verifyStore } from '#millrace/store/store-verification.js';
import { FIXTURE } from '../compat/expected-log.ts';
import { firstSeed, Random } from '../support/random.ts';
import { flipBit, makeStore, treeOf, verifyAll } from '../support/store-damage.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

let pristine: string;

beforeAll(async () => {
  pristine = mkdtempSync(join(tmpdir(), 'millrace-pristine-'));
  await makeStore(pristine);
});

afterAll(() => rmSync(pristine, { recursive: true, force: true }));

function copy(from = pristine): string {
  const directory = join(temporaryDirectory(), 'data');
  cpSync(from, directory, { recursive: true, preserveTimestamps: true });
  return directory;
}

test('a store that was closed has no findings, and not a byte or a time of it is changed', async () => {
  const before = treeOf(pristine);
  const { findings, events, summary } = await verifyAll(pristine);
  expect(findings).toEqual([]);
  expect(summary).toMatchObject({ partitions: 3, batches: 180, records: 360, findings: 0, settled: true });
  expect(summary.segments).toBeGreaterThan(5);
  expect(events[0]).toEqual({ kind: 'begin', partitions: 3, bytes: summary.bytes });
  expect(events.findLast((event) => event.kind === 'progress')).toEqual({ kind: 'progress', bytes: summary.bytes });
  expect(
    events
      .filter((event) => event.kind === 'partition')
      .map((event) => [event.topic, event.partition, event.endOffset]),
  ).toEqual([
    ['packed', 0, 120],
    ['plain', 0, 120],
    ['plain', 1, 120],
  ]);
  expect(treeOf(pristine)).toEqual(before);
});

test('what Kafka wrote and stopped has none, and of what was damaged every place is found', async () => {
  const clean = join(FIXTURE, 'clean/log-dir');
  expect((await verifyAll(clean)).findings).toEqual([]);
  const killed = join(FIXTURE, 'killed/log-dir');
  const { findings, summary } = await verifyAll(killed);
  expect(summary.settled).toBe(false);
  const damage = JSON.parse(readFileSync(join(FIXTURE, 'killed/damage.json'), 'utf8')) as any[];
  // The last of them is zeros behind the last batch, which is what a killed writer leaves.
  expect(findings.map(({ path, position }) => [path, position])).toEqual(
    damage.slice(0, 3).map(({ partition, file, lastBatch }) => [join(killed, partition, file), lastBatch.position]),
  );
});

/** Files of which every bit is covered by something, and from where on. */
const COVERED = /\.(?:log|index|timeindex|txnindex|snapshot)$|\/partition\.metadata$/;

async function eachFlipIsFound(
  directory: string,
  { count, within }: { count: number; within: number },
  isCovered: (path: string, position: number) => boolean,
): Promise<void> {
  const seed = firstSeed();
  const random = new Random(seed);
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => join(directory, path))
    .filter((path) => isCovered(path, 0) && statSync(path).isFile() && statSync(path).size > 0)
    .sort();
  for (let i = 0; i < count; i++) {
    const path: string = random.pick<string>(files);
    const position = random.between(0, statSync(path).size - 1);
    const bit = random.between(0, 7);
    if (!isCovered(path, position)) continue;
    const restore = flipBit(path, position, bit);
    const { findings } = await verifyAll(directory);
    const where = `MILLRACE_SEED=${seed}: bit ${bit} of byte ${position} of ${path}: ${findings.map(({ message }) => message).join('; ')}`;
    expect(
      findings.some((finding) => finding.path === path),
      where,
    ).toBe(true);
    // A batch is named by its beginning, an entry by its own; what comes of it may be said behind it.
    const places = findings.filter((finding) => finding.path === path && finding.position !== null);
    if (places.length > 0)
      expect(Math.min(...places.map((place) => Math.abs(place.position! - position))), where).toBeLessThan(within);
    restore();
  }
}

test('every flipped bit in a store of ours is found, in its file and near its position', async () => {
  const directory = copy();
  await eachFlipIsFound(directory, { count: 50, within: 512 }, (path) => COVERED.test(path));
}, 60_000);

test('every flipped bit in the logs, indexes and snapshots of Kafka is found', async () => {
  const directory = copy(join(FIXTURE, 'clean/log-dir'));
  // Of a compacted log the offsets between two batches are not known, topic ids stand nowhere else, and a time entry may have the offset of its record as well.
  const isOffsetOfTime = (path: string, position: number): boolean => path.endsWith('.timeindex') && position % 12 >= 8;
  await eachFlipIsFound(directory, { count: 25, within: 8192 }, (path, position) => {
    return COVERED.test(path) && !/compacted-0|partition\.metadata/.test(path) && !isOffsetOfTime(path, position);
  });
}, 60_000);

describe('damage of other kinds', () => {
  const first = '00000000000000000000';
  test.each<[string, (directory: string) => void, { kind: string; path: string; position?: number }]>([
    [
      'a cut log',
      (d) => truncateSync(join(d, `plain-0/${first}.log`), 1000),
      { kind: 'batch', path: `plain-0/${first}.log` },
    ],
    [
      'a cut index',
      (d) => truncateSync(join(d, `plain-0/${first}.index`), 8),
      { kind: 'index', path: `plain-0/${first}.index` },
    ],
    [
      'an empty time index',
      (d) => truncateSync(join(d, `plain-0/${first}.timeindex`), 0),
      { kind: 'index', path: `plain-0/${first}.timeindex`, position: 0 },
    ],
    [
      'the index of another log',
      (d) => cpSync(join(d, `packed-0/${first}.index`), join(d, `plain-0/${first}.index`)),
      { kind: 'index', path: `plain-0/${first}.index` },
    ],
    [
      'a missing index',
      (d) => rmSync(join(d, `plain-1/${first}.index`)),
      { kind: 'missing', path: `plain-1/${first}.index` },
    ],
    [
      'a missing segment',
      (d) => rmSync(join(d, `plain-1/${first}.log`)),
      { kind: 'unknown', path: `plain-1/${first}.index` },
    ],
    [
      'a foreign file',
      (d) => writeFileSync(join(d, 'plain-1/core.1234'), 'x'),
      { kind: 'unknown', path: 'plain-1/core.1234' },
    ],
    [
      'a torn checkpoint',
      (d) => truncateSync(join(d, 'recovery-point-offset-checkpoint'), 9),
      { kind: 'checkpoint', path: 'recovery-point-offset-checkpoint' },
    ],
    [
      'a recovery point past the end',
      (d) => writeFileSync(join(d, 'recovery-point-offset-checkpoint'), '0\n1\nplain 0 121\n'),
      { kind: 'checkpoint', path: 'recovery-point-offset-checkpoint' },
    ],
    [
      'a log start past the end',
      (d) => writeFileSync(join(d, 'log-start-offset-checkpoint'), '0\n1\nplain 1 500\n'),
      { kind: 'checkpoint', path: 'log-start-offset-checkpoint' },
    ],
    [
      'an epoch that no batch has',
      (d) => writeFileSync(join(d, 'plain-0/leader-epoch-checkpoint'), '0\n2\n0 0\n4 60\n'),
      { kind: 'checkpoint', path: 'plain-0/leader-epoch-checkpoint' },
    ],
    [
      'topics that are no JSON',
      (d) => truncateSync(join(d, 'millrace-topics.json'), 30),
      { kind: 'metadata', path: 'millrace-topics.json' },
    ],
    [
      'the id of another topic',
      (d) => cpSync(join(d, 'packed-0/partition.metadata'), join(d, 'plain-0/partition.metadata')),
      { kind: 'metadata', path: 'plain-0/partition.metadata' },
    ],
    [
      'a missing partition',
      (d) => rmSync(join(d, 'plain-1'), { recursive: true }),
      { kind: 'missing', path: 'plain-1' },
    ],
    [
      'a partition too many',
      (d) => renameSync(join(d, 'plain-1'), join(d, 'plain-2')),
      { kind: 'metadata', path: 'millrace-topics.json' },
    ],
    [
      'a producer snapshot of nothing',
      (d) => writeFileSync(join(d, `plain-0/${first}.snapshot`), 'x'),
      { kind: 'snapshot', path: `plain-0/${first}.snapshot` },
    ],
  ])('%s', async (_, damage, { path, ...finding }) => {
    const directory = copy();
    damage(directory);
    expect((await verifyAll(directory)).findings).toContainEqual(
      expect.objectContaining({ ...finding, path: join(directory, path) }),
    );
  });
});

test('a snapshot of Kafka’s metadata is looked at too', async () => {
  const directory = copy(join(FIXTURE, 'clean/log-dir'));
  const path = join(directory, 'bootstrap.checkpoint');
  flipBit(path, 200, 3);
  expect((await verifyAll(directory)).findings).toMatchObject([{ kind: 'metadata', path, position: 83 }]);
});

test('beside a live writer that rolls, trims and makes topics there are no findings, nor after it was killed', async () => {
  const directory = join(temporaryDirectory(), 'data');
  const writer = fork(fileURLToPath(new URL('../support/live-writer.mjs', import.meta.url)), [directory]);
  onTestFinished(() => void writer.kill('SIGKILL'));
  expect(await once(writer, 'message')).toEqual(['writing', undefined]);
  let records = 0;
  for (let i = 0; i < 15; i++) {
    const { findings, summary } = await verifyAll(directory);
    expect(findings).toEqual([]);
    expect(summary.settled).toBe(false);
    records = Math.max(records, summary.records);
  }
  expect(records).toBeGreaterThan(1000);
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  expect((await verifyAll(directory)).findings).toEqual([]);
  await (await openStore(directory)).close();
  const after = await verifyAll(directory);
  expect(after.findings).toEqual([]);
  expect(after.summary.settled).toBe(true);
}, 30_000);

test('a writer that opens a store while it is looked at makes no findings', async () => {
  const directory = copy();
  const run = verifyStore(new DiskFileSystem(), directory);
  await run.next();
  const store = await openStore(directory, { defaults: { 'retention.ms': -1 } });
  store.partition('packed', 0).append([{ value: 'more' }]);
  let step = await run.next();
  for (; step.done !== true; step = await run.next()) expect(step.value.kind).not.toBe('finding');
  expect(step.value).toMatchObject({ partitions: 3, findings: 0, settled: false });
  await store.close();
});

test('a directory that is not there is an error, an empty one is not', async () => {
  const directory = temporaryDirectory();
  await expect(verifyAll(join(directory, 'nothing'))).rejects.toMatchObject({ code: 'ERR_MILLRACE_IO' });
  mkdirSync(join(directory, 'empty'));
  expect((await verifyAll(join(directory, 'empty'))).summary).toMatchObject({ partitions: 0, findings: 0 });
});
