import { describe, expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import type { RecordInput } from '#millrace/types.js';
import { TestOwner } from '../support/batch-owner.ts';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return 'nothing';
}

test.each([[[]], [undefined], [{ value: 'a' }], ['text']])('append refuses %j', (records) => {
  const rig = new TempLog();
  expect(code(() => rig.log.append(records as never))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(rig.log.endOffset).toBe(0);
});

test.each([-1, 1.5, Number.NaN, 2 ** 31, '3', null])('append refuses the leader epoch %j', (leaderEpoch) => {
  const rig = new TempLog();
  const options = { leaderEpoch } as never;
  expect(code(() => rig.log.append([{ value: 'a' }], options))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(code(() => rig.log.appendBatches(readyBatches(numbered(1)), options))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(rig.log.leaderEpochs.entries).toEqual([]);
});

test.each([null, 5, 'gzip'])('options that are no object (%j) are refused by their name', (bad) => {
  const rig = new TempLog();
  const options = bad as never;
  const message = /^options must be an object, got /;
  expect(() => rig.log.append(numbered(1), options)).toThrow(message);
  expect(() => rig.log.appendBatches(readyBatches(numbered(1)), options)).toThrow(message);
  expect(() => rig.log.openBatch(options)).toThrow(message);
  expect(() => rig.log.openBatch({ owner: options })).toThrow(/^owner must be an object, got /);
  expect(code(() => rig.log.append(numbered(1), options))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect([rig.log.endOffset, rig.log.hasOpenBatch]).toEqual([0, false]);
});

test('append refuses a codec that is none', () => {
  const rig = new TempLog();
  const options = { compression: 'brotli' } as never;
  expect(code(() => rig.log.append([{ value: 'a' }], options))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
});

test('an append with a leader epoch below the latest is refused: recovery would have cut it off', () => {
  const rig = new TempLog();
  rig.log.append(numbered(1), { leaderEpoch: 5 });
  expect(code(() => rig.log.append(numbered(1, 1), { leaderEpoch: 3 }))).toBe('ERR_MILLRACE_OUT_OF_ORDER');
  const ready = readyBatches(numbered(1));
  expect(code(() => rig.log.appendBatches(ready, { leaderEpoch: 3 }))).toBe('ERR_MILLRACE_OUT_OF_ORDER');
  rig.log.append(numbered(1, 1));
  expect(rig.log.leaderEpochs.entries).toEqual([{ epoch: 5, startOffset: 0 }]);
  expect(rig.crash().damage).toBeNull();
  expect(rig.values()).toEqual(['0', '1']);
});

test('an append that threw left no epoch behind', () => {
  const rig = new TempLog({ maxMessageBytes: 100, segmentBytes: 1024 });
  expect(code(() => rig.log.append([{ value: 'x'.repeat(200) }], { leaderEpoch: 7 }))).toBe('ERR_MILLRACE_TOO_LARGE');
  const large = readyBatches(numbered(20, 0, 80), { batchBytesMax: 100 + 61, leaderEpoch: 7 });
  expect(code(() => rig.log.appendBatches(large, { from: 'leader' }))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.leaderEpochs.entries).toEqual([]);
  expect(rig.log.segmentCount).toBe(1);
});

test('ready batches larger than a segment are refused before anything rolls', () => {
  const rig = new TempLog({ segmentBytes: 2048 });
  rig.log.append(numbered(1));
  const large = readyBatches(numbered(40, 0, 80), { batchBytesMax: 512 });
  expect(code(() => rig.log.appendBatches(large))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.segmentCount).toBe(1);
});

test('a larger segment.bytes counts for the segment that is being written', () => {
  const rig = new TempLog({ segmentBytes: 1024 });
  rig.log.append(numbered(1));
  rig.log.configure({ ...rig.settings, segmentBytes: 64 * 1024 });
  rig.log.appendBatches(readyBatches(numbered(100, 1, 80)));
  expect(rig.log.endOffset).toBe(101);
  expect(rig.log.segmentCount).toBe(1);
  const empty = new TempLog({ segmentBytes: 1024 });
  empty.log.configure({ ...empty.settings, segmentBytes: 64 * 1024 });
  empty.log.append([{ value: 'x'.repeat(4000) }]);
  expect(empty.log.endOffset).toBe(1);
});

test('a smaller segment.bytes rolls at the next append that does not fit', () => {
  const rig = new TempLog({ segmentBytes: 64 * 1024 });
  rig.log.append(numbered(20, 0, 100));
  rig.log.configure({ ...rig.settings, segmentBytes: 1024 });
  rig.log.append(numbered(2, 20));
  expect(rig.log.segmentCount).toBe(2);
  expect(rig.records()).toHaveLength(22);
});

test('a segment rolls when the next append is segment.ms younger than its first batch', () => {
  const rig = new TempLog({ segmentMs: 1000 });
  rig.log.append([{ value: 'a', timestamp: 5000 }]);
  rig.log.append([{ value: 'b', timestamp: 6000 }]);
  expect(rig.log.segmentCount).toBe(1);
  rig.log.append([{ value: 'c', timestamp: 6001 }]);
  expect(rig.log.segmentCount).toBe(2);
});

test('under LogAppendTime the age of a segment is a matter of the clock, not of the records', () => {
  const rig = new TempLog({ segmentMs: 1000, timestampType: 'LogAppendTime' });
  rig.log.append([{ value: 'a', timestamp: 5000 }]);
  rig.log.append([{ value: 'b', timestamp: 5000 }]);
  expect(rig.log.segmentCount).toBe(1);
  rig.clock.advance(1001);
  rig.log.append([{ value: 'c', timestamp: 5000 }]);
  expect(rig.log.segmentCount).toBe(2);
});

test('a segment without timestamps ages by the clock', () => {
  const rig = new TempLog({ segmentMs: 1000 });
  rig.log.append([{ value: 'a', timestamp: -1 }]);
  rig.clock.advance(1001);
  rig.log.append([{ value: 'b', timestamp: -1 }]);
  expect(rig.log.segmentCount).toBe(2);
});

test('a full index rolls, and the index never outgrows segment.index.bytes', async () => {
  const rig = new TempLog({ segmentIndexBytes: 48, indexIntervalBytes: 0 });
  for (let i = 0; i < 40; i++) rig.log.append([{ value: `${i}`, timestamp: 1000 + i }]);
  expect(rig.log.segmentCount).toBeGreaterThan(5);
  await rig.reopen();
  for (const name of rig.names('.timeindex'))
    expect(rig.contents(['.timeindex'])[name].length / 2).toBeLessThanOrEqual(48);
  for (const name of rig.names('.index')) expect(rig.contents(['.index'])[name].length / 2).toBeLessThanOrEqual(48);
  expect(rig.values().map(Number)).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

describe('a record that writes to its own log while it is being added', () => {
  const WRITES: Record<string, (rig: TempLog) => unknown> = {
    append: (rig) => rig.log.append(numbered(2)),
    'append of a codec': (rig) => rig.log.append(numbered(2), { compression: 'gzip' }),
    appendBatches: (rig) => rig.log.appendBatches(readyBatches(numbered(1))),
    openBatch: (rig) => rig.log.openBatch({ owner: new TestOwner() }),
    endTransaction: (rig) => rig.log.endTransaction({ producerId: 1, producerEpoch: 0, type: 'commit' }),
    roll: (rig) => rig.log.roll(),
    truncateTo: (rig) => rig.log.truncateTo(0),
    truncateFullyAndStartAt: (rig) => rig.log.truncateFullyAndStartAt(9),
    deleteRecords: (rig) => rig.log.deleteRecords(-1),
    retain: (rig) => rig.log.retain(),
  };

  /** Records of which one, behind others, runs `run` where `place` says. */
  function trapped(place: string, run: () => Buffer): RecordInput[] {
    const rest = Array.from({ length: 50 }, () => ({ value: Buffer.alloc(50, 'x') }));
    const traps: Record<string, RecordInput> = {
      value: {
        get value() {
          return run();
        },
      },
      'first timestamp': {
        get timestamp() {
          return run().length;
        },
      },
      header: {
        headers: {
          get name() {
            return run();
          },
        },
      },
    };
    return place === 'first timestamp' ? [traps[place], ...rest] : [...rest, traps[place], ...rest];
  }

  const cases = ['value', 'first timestamp', 'header'].flatMap((place) =>
    (['none', 'gzip'] as const).flatMap((compression) =>
      Object.keys(WRITES).map((write) => [place, compression, write] as const),
    ),
  );
  test.each(cases)('by its %s, %s: %s is refused, and the log is as it was', (place, compression, write) => {
    const rig = new TempLog({ timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER });
    rig.log.append(numbered(1));
    const records = trapped(place, () => {
      WRITES[write](rig);
      return Buffer.alloc(3);
    });
    expect(() => rig.log.append(records, { compression })).toThrow('a record wrote to its own log');
    expect([rig.log.startOffset, rig.log.endOffset, rig.log.segmentCount]).toEqual([0, 1, 1]);
    // What follows is shorter than what was left behind the end.
    rig.log.append(numbered(1, 1));
    expect(rig.crash().damage).toBeNull();
    expect(rig.values()).toEqual(['0', '1']);
  });

  test.each(['none', 'gzip'] as const)('is appended when it bears that, %s', async (compression) => {
    const rig = new TempLog();
    let refused = 'nothing';
    let closing: Promise<void> | null = null;
    const records = trapped('value', () => {
      refused = code(() => rig.log.append(numbered(1)));
      closing = rig.log.close();
      return Buffer.from('outer');
    });
    expect(rig.log.append(records, { compression })).toMatchObject({ baseOffset: 0, lastOffset: 100 });
    expect(refused).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
    await expect(closing).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
    expect(rig.values()[50]).toBe('outer');
    await rig.reopen();
    expect(rig.values()).toHaveLength(101);
  });

  test('in an option is appended before', () => {
    const rig = new TempLog();
    const options = {
      get producer() {
        rig.log.append(numbered(1));
        return undefined;
      },
      get compression() {
        rig.log.append(numbered(1), { leaderEpoch: 3 });
        return 'none' as const;
      },
    };
    const readyOptions = {
      get allowControl() {
        rig.log.append(numbered(1));
        return false;
      },
    };
    expect(rig.log.append(numbered(1), options).baseOffset).toBe(2);
    const ready = readyBatches(numbered(1));
    expect(rig.log.appendBatches(ready, readyOptions).baseOffset).toBe(4);
    expect(rig.records().map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4]);
    expect(rig.crash().damage).toBeNull();
  });

  test('may write to another log', () => {
    const [rig, other] = [new TempLog(), new TempLog()];
    const records = trapped('value', () => {
      other.log.append(numbered(1));
      return Buffer.from('outer');
    });
    rig.log.append(records);
    expect([rig.log.endOffset, other.log.endOffset]).toEqual([101, 1]);
  });

  test('may be read by who is told of it at once, who may append', () => {
    const rig = new TempLog();
    rig.log.onceChanged(0, () => void rig.log.append(numbered(1, 1)));
    expect(rig.log.append(numbered(1))).toMatchObject({ baseOffset: 0, lastOffset: 0 });
    expect(rig.values()).toEqual(['0', '1']);
  });
});
