import { copyFileSync, rmSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openDisk } from '#millrace/file/disk-choice.js';
import type { FileSystem, LogFile } from '#millrace/file/file-system.js';
import { FollowedLog } from '#millrace/log/log-follower.js';
import { INDEX_REBUILD_STEP_BYTES, SCAN_CHUNK_BYTES } from '#millrace/limits.js';
import { NewsWatch } from '#millrace/log/news-watch.js';
import { systemError } from '../support/system-error.ts';
import { numbered, TempLog } from '../support/temp-log.ts';

const FIRST = '00000000000000000000';
const SEGMENT_BYTES = 6 * 1024 * 1024;
/** A step, and what is read over its end. */
const TURN_BYTES_MAX = INDEX_REBUILD_STEP_BYTES + 2 * SCAN_CHUNK_BYTES;

/** The real file system, which counts what is read of sealed `.log`s in each turn of the event loop, and can refuse to open files. */
class CountingDisk {
  readonly system: FileSystem = openDisk();
  refused = '';
  #thisTurn = 0;
  #total = 0;
  #most = 0;

  constructor() {
    const open = this.system.open.bind(this.system);
    this.system.open = (path, mode) => {
      if (mode !== 'r' && this.refused !== '' && path.endsWith(this.refused)) throw systemError('ENOSPC', 'open', path);
      const file = open(path, mode);
      return path.endsWith(`${FIRST}.log`) ? this.#counted(file) : file;
    };
  }

  /** Bytes read of the first log while `work` went on, in all and at most in one turn. */
  async during(work: () => Promise<unknown>): Promise<{ total: number; most: number; turns: number }> {
    [this.#thisTurn, this.#total, this.#most] = [0, 0, 0];
    const state = { ended: false, turns: 0 };
    const turns = (async () => {
      for (; !state.ended; state.turns++) {
        await turn();
        this.#thisTurn = 0;
      }
    })();
    try {
      await work();
    } finally {
      state.ended = true;
      await turns;
    }
    return { total: this.#total, most: this.#most, turns: state.turns };
  }

  #counted(file: LogFile): LogFile {
    const read = file.read.bind(file);
    file.read = (bytes, start, end, position) => {
      const count = read(bytes, start, end, position);
      this.#thisTurn += count;
      this.#total += count;
      this.#most = Math.max(this.#most, this.#thisTurn);
      return count;
    };
    return file;
  }
}

/** A log with one sealed segment of `SEGMENT_BYTES`, closed; what its index files should say. */
async function closed(
  disk = new CountingDisk(),
): Promise<{ rig: TempLog; disk: CountingDisk; expected: Record<string, string> }> {
  const rig = new TempLog({ segmentBytes: SEGMENT_BYTES }, { system: disk.system });
  while (rig.log.segmentCount === 1) rig.log.append(numbered(3, rig.log.endOffset, 1000));
  await rig.log.close();
  return { rig, disk, expected: indexesOf(rig) };
}

function indexesOf(rig: TempLog): Record<string, string> {
  const contents = rig.contents(['.index', '.timeindex']);
  return Object.fromEntries(Object.entries(contents).filter(([name]) => name.startsWith(FIRST)));
}

function follow({ environment, directory, settings, clock }: TempLog): FollowedLog {
  const news = new NewsWatch(clock);
  return FollowedLog.open(environment, directory, { settings, startOffset: () => 0, isPresent: () => true, news });
}

const damages: Record<string, (rig: TempLog) => void> = {
  'without a time index': (rig) => rmSync(rig.path(`${FIRST}.timeindex`)),
  'without any index': (rig) => ['.index', '.timeindex'].forEach((suffix) => rmSync(rig.path(FIRST + suffix))),
  'with a time index for an offset index': (rig) =>
    copyFileSync(rig.path(`${FIRST}.timeindex`), rig.path(`${FIRST}.index`)),
};

test.each(Object.keys(damages))('readAsync of a segment %s goes through it in many turns, once', async (name) => {
  const { rig, disk, expected } = await closed();
  damages[name](rig);
  for (const isFirst of [true, false]) {
    rig.open();
    const { total, most, turns } = await disk.during(async () => {
      const [batch] = await rig.log.readAsync(2000, { maxBytes: 100 });
      expect(batch.baseOffset).toBe(1998);
    });
    if (isFirst) {
      expect(total).toBeGreaterThan(SEGMENT_BYTES - 10_000);
      expect(turns).toBeGreaterThanOrEqual(Math.floor(SEGMENT_BYTES / INDEX_REBUILD_STEP_BYTES));
      expect(most).toBeLessThanOrEqual(TURN_BYTES_MAX);
    } else expect(total).toBeLessThan(100_000);
    expect(indexesOf(rig)).toEqual(expected);
    await rig.log.close();
  }
});

test('one who follows does so too, and writes nothing', async () => {
  const { rig, disk, expected } = await closed();
  rmSync(rig.path(`${FIRST}.index`));
  const { [`${FIRST}.timeindex`]: times } = expected;
  const log = follow(rig);
  const read = async (): Promise<void> => expect((await log.readAsync(2000)).baseOffset).toBe(1998);
  const { total, most } = await disk.during(read);
  expect(total).toBeGreaterThan(SEGMENT_BYTES - 10_000);
  expect(most).toBeLessThanOrEqual(TURN_BYTES_MAX);
  expect((await disk.during(read)).total).toBe(0);
  expect(indexesOf(rig)).toEqual({ [`${FIRST}.timeindex`]: times });
  log.close();
});

test('readers at once wait for one look; one that cannot wait looks itself', async () => {
  const { rig, disk, expected } = await closed();
  damages['without any index'](rig);
  rig.open();
  const together = await disk.during(() =>
    Promise.all([0, 1000, 2000, 3000].map(async (offset) => rig.log.readAsync(offset))),
  );
  expect(together.total).toBeLessThan(SEGMENT_BYTES * 1.5);
  await rig.log.close();

  damages['without any index'](rig);
  rig.open();
  const reading = rig.log.readAsync(2000);
  await turn();
  expect(rig.log.read(3000).baseOffset).toBe(3000);
  expect(indexesOf(rig)).toEqual(expected);
  expect((await reading).baseOffset).toBe(1998);
});

test('looks at several segments hold the event loop no longer than one', async () => {
  const disk = new CountingDisk();
  const rigs = await Promise.all([1, 2, 3].map(async () => (await closed(disk)).rig));
  for (const rig of rigs) {
    damages['without any index'](rig);
    rig.open();
  }
  const { total, most } = await disk.during(() => Promise.all(rigs.map(async ({ log }) => log.readAsync(2000))));
  expect(total).toBeGreaterThan(3 * (SEGMENT_BYTES - 10_000));
  expect(most).toBeLessThanOrEqual(TURN_BYTES_MAX);
});

test('a segment that goes while it is looked at gets no index files', async () => {
  const { rig, disk } = await closed();
  damages['without any index'](rig);
  rig.open();
  const reading = rig.log.readAsync(2000);
  await turn();
  rig.log.deleteRecords(rig.log.endOffset - 1);
  await expect(reading).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' });
  await rig.log.removed();
  expect(rig.names().filter((file) => file.startsWith(FIRST))).toEqual([]);
  // Nothing is read after that.
  expect((await disk.during(() => turn())).total).toBe(0);
});

test.each(['.index', '.timeindex'])('a full disk that refuses the %s refuses no read', async (suffix) => {
  const { rig, disk, expected } = await closed();
  damages['without any index'](rig);
  disk.refused = `${FIRST}${suffix}`;
  rig.open();
  expect((await rig.log.readAsync(2000)).baseOffset).toBe(1998);
  expect(rig.log.offsetOfMaxTimestamp()).toMatchObject({ offset: 0 });
  await rig.log.close();
  disk.refused = '';
  rig.open();
  expect(rig.log.read(2000).baseOffset).toBe(1998);
  expect(indexesOf(rig)).toEqual(expected);
});

test('a log that is damaged is read up to there, from there on it is an error, and the index that is left stays', async () => {
  const { rig, expected } = await closed();
  const path = rig.path(`${FIRST}.log`);
  const file = rig.system.open(path, 'r+');
  file.write(Buffer.alloc(64 * 1024, 0x5a), 0, 64 * 1024, SEGMENT_BYTES / 2);
  file.close();
  rmSync(rig.path(`${FIRST}.timeindex`));
  rig.open();
  expect((await rig.log.readAsync(999, { maxBytes: 1 })).baseOffset).toBe(999);
  await expect(rig.log.readAsync(rig.log.endOffset - 30)).rejects.toMatchObject({ code: 'ERR_MILLRACE_CORRUPT', path });
  expect(indexesOf(rig)).toEqual({ [`${FIRST}.index`]: expected[`${FIRST}.index`] });
});
