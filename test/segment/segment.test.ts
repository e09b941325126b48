import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Random, seedsOf } from '../support/random.ts';
import { numbered, readAll, readyBatches, TempLog, type TempLogOptions } from '../support/temp-log.ts';

/** Windows smaller than the data, and few of them. */
const small: TempLogOptions = { windows: { step: 64 * 1024, windowsMax: 4 } };

function filled(options: TempLogOptions = {}, settings = {}): TempLog {
  const rig = new TempLog({ indexIntervalBytes: 500, ...settings }, options);
  for (let i = 0; i < 300; i++) rig.log.append(numbered(3, i * 3, 20));
  return rig;
}

test.each([0, 1, 60, 200, 1000, 100_000, 1 << 30])(
  'a read of %i bytes has whole batches, and one at least',
  (maxBytes) => {
    const rig = filled();
    const { size: batch } = rig.log.read(0, { maxBytes: 1 });
    for (let offset = 0; offset < 900; offset += 7) {
      const run = rig.log.read(offset, { maxBytes });
      const batches = [...run];
      expect(batches[0].baseOffset).toBe(offset - (offset % 3));
      expect(batches.reduce((sum, { size }) => sum + size, 0)).toBe(run.size);
      expect(run.size).toBeLessThanOrEqual(Math.max(maxBytes, batch));
      const left = rig.log.size - (offset - (offset % 3)) * (batch / 3);
      if (maxBytes >= batch) expect(run.size).toBeGreaterThan(Math.min(maxBytes, left) - batch);
      for (const each of batches) expect(each.isValid()).toBe(true);
    }
  },
);

test('a read at the end is empty, before the start and past the end an error', () => {
  const rig = filled();
  expect(rig.log.read(900)).toMatchObject({ size: 0, nextOffset: 900 });
  expect(rig.log.read(900).bytes).toHaveLength(0);
  for (const offset of [-1, 901, 1.5, Number.NaN]) {
    expect(() => rig.log.read(offset)).toThrow('orders-0: the log has 0 to 900');
  }
  expect(() => rig.log.read(0, { maxBytes: -1 })).toThrow('maxBytes must be');
  expect(() => rig.log.read(0, { maxBytes: Number.NaN })).toThrow('maxBytes must be');
});

test('records of a read begin at the offset that was asked for', () => {
  const rig = filled();
  const [first] = [...rig.log.read(4)].flatMap((batch) => [...batch]);
  expect(first.offset).toBe(4);
});

test('windows smaller than the data give the same records in every order', async () => {
  const rig = filled(small, { segmentBytes: 1 << 30 });
  for (let i = 0; i < 40; i++) rig.log.append(numbered(1, 900 + i, 10_000));
  const all = (): number[] => rig.records().map((record) => Number.parseInt(String(record.value)));
  const expected = Array.from({ length: 940 }, (_, i) => i);
  expect(all()).toEqual(expected);
  await rig.reopen();
  rig.log.roll();
  expect(all()).toEqual(expected);
  for (let offset = 939; offset >= 0; offset -= 11) {
    const [record] = [...rig.log.read(offset, { maxBytes: 1 })].flatMap((batch) => [...batch]);
    expect(Number.parseInt(String(record.value))).toBe(offset);
  }
  expect(rig.cache.count).toBeLessThanOrEqual(4);
});

test('a batch larger than a window, and larger than maxBytes, is read whole', () => {
  const rig = new TempLog({}, small);
  rig.log.append(numbered(1));
  rig.log.append([{ value: 'x'.repeat(700_000) }]);
  rig.log.append(numbered(1, 2));
  const run = rig.log.read(1, { maxBytes: 100 });
  expect([...run].map((batch) => [batch.baseOffset, batch.isValid()])).toEqual([[1, true]]);
  expect(run.size).toBeGreaterThan(700_000);
  expect(rig.values(2)).toEqual(['2']);
});

test('an offset in a gap is answered with what follows it, also in the next segment', () => {
  const rig = new TempLog({ indexIntervalBytes: 0 });
  for (const baseOffset of [0, 10, 20]) {
    rig.log.appendBatches(readyBatches(numbered(2, baseOffset), { baseOffset }), { from: 'leader' });
  }
  rig.log.roll();
  rig.log.appendBatches(readyBatches(numbered(2, 30), { baseOffset: 30 }), { from: 'leader' });
  for (const [offset, expected] of [
    [2, 10],
    [9, 10],
    [12, 20],
    [22, 30],
    [29, 30],
  ]) {
    expect(rig.log.read(offset).baseOffset).toBe(expected);
    expect(rig.log.read(offset, { maxBytes: 1 }).nextOffset).toBe(expected + 2);
  }
  expect(readAll(rig.log, 0, 1).map((record) => record.offset)).toEqual([0, 1, 10, 11, 20, 21, 30, 31]);
});

test('a reader that goes on where it ended is not misled by a cut or a removal in between', () => {
  const rig = new TempLog({ indexIntervalBytes: 100 });
  const append = (tag: string): unknown => rig.log.append([{ value: tag.repeat(20) }, { value: tag }]);
  for (let i = 0; i < 10; i++) append('a');
  const { nextOffset } = rig.log.read(0, { maxBytes: 500 });
  rig.log.truncateTo(4);
  for (let i = 0; i < 10; i++) append('bb');
  expect(rig.log.read(nextOffset).baseOffset).toBe(nextOffset - (nextOffset % 2));
  expect(rig.values(nextOffset)[0]).toContain('bb');
  const later = rig.log.read(nextOffset, { maxBytes: 1 }).nextOffset;
  rig.log.roll();
  append('c');
  rig.log.deleteRecords(24);
  expect(() => rig.log.read(later)).toThrow('the log has 24 to 26');
  expect(rig.values(24)).toEqual(['c'.repeat(20), 'c']);
});

test('a view stays valid and the same when its segment is deleted', () => {
  const rig = filled(small);
  const run = rig.log.read(0, { maxBytes: 10_000 });
  const before = Buffer.from(run.bytes);
  rig.log.roll();
  rig.log.append(numbered(1));
  rig.log.deleteRecords(901);
  for (let i = 0; i < 20; i++) rig.log.append(numbered(1, 0, 50_000));
  readAll(rig.log);
  globalThis.gc!();
  expect(run.bytes.equals(before)).toBe(true);
  for (const batch of run) expect(batch.isValid()).toBe(true);
});

test('reads of the active segment go on while it is written and sealed', () => {
  const rig = new TempLog({ segmentBytes: 64 * 1024 }, small);
  let next = 0;
  for (let i = 0; i < 500; i++) {
    rig.log.append(numbered(2, i * 2, 300));
    const run = rig.log.read(next);
    const values = [...run].flatMap((batch) => [...batch]).map((record) => Number.parseInt(String(record.value)));
    expect(values).toEqual([i * 2, i * 2 + 1]);
    next = run.nextOffset;
  }
  expect(rig.log.segmentCount).toBeGreaterThan(3);
});

test('readAsync gives the same as read, hot and cold', async () => {
  const rig = filled(small);
  const expected = Buffer.from(rig.log.read(100, { maxBytes: 5000 }).bytes);
  expect((await rig.log.readAsync(100, { maxBytes: 5000 })).bytes.equals(expected)).toBe(true);
  await rig.reopen();
  rig.log.roll();
  expect((await rig.log.readAsync(100, { maxBytes: 5000 })).bytes.equals(expected)).toBe(true);
  await expect(rig.log.readAsync(901)).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' });
  await expect(rig.log.readAsync(0, { maxBytes: -1 })).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
});

test('a readAsync whose segment is deleted meanwhile is out of range, no failed open', async () => {
  const rig = filled({ windows: { step: 4096, windowsMax: 1 } });
  rig.log.roll();
  rig.log.append(numbered(1));
  // Every window is cold to the library: it must ask for each, and the file is gone.
  const { system } = rig;
  system.resident = () => false;
  const reading = rig.log.readAsync(0, { maxBytes: 40 << 20 });
  rig.log.deleteRecords(900);
  await expect(reading).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE' });
});

test('bytes that are no batches are reported with path and position', async () => {
  const rig = filled();
  await rig.log.close();
  const path = rig.path('00000000000000000000.log');
  const file = rig.system.open(path, 'r+');
  file.write(Buffer.alloc(4), 0, 4, 8);
  file.close();
  rig.open();
  expect(() => rig.log.read(0)).toThrow(`${path} at 0 has a batch length of 0`);
  try {
    rig.log.read(0);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_MILLRACE_CORRUPT', path, position: 0 });
  }
});

test('a sealed segment without an index file is read by walking', async () => {
  const rig = filled();
  rig.log.roll();
  rig.log.append(numbered(1));
  await rig.log.close();
  rig.open();
  rmSync(rig.path('00000000000000000000.index'));
  expect(rig.log.read(601, { maxBytes: 1 }).baseOffset).toBe(600);
});

test('random reads of random logs agree with a list', async () => {
  for (const seed of seedsOf(4)) {
    const random = new Random(seed);
    const rig = new TempLog(
      { indexIntervalBytes: random.pick([0, 300, 4096]), segmentBytes: 32 * 1024 },
      {
        windows: { step: 4096, windowsMax: random.between(1, 6) },
      },
    );
    const expected = new Map<number, string>();
    for (let i = 0; i < 200; i++) {
      const baseOffset = rig.log.endOffset + (random.chance(0.1) ? random.between(1, 5) : 0);
      const records = Array.from({ length: random.between(1, 5) }, (_, n) => ({
        value: `${baseOffset + n}`.padEnd(random.between(0, 900), '-'),
      }));
      records.forEach(({ value }, n) => expected.set(baseOffset + n, value));
      rig.log.appendBatches(readyBatches(records, { baseOffset, batchBytesMax: 3000 }), { from: 'leader' });
      const from = random.between(0, rig.log.endOffset - 1);
      const run = rig.log.read(from, { maxBytes: random.pick([0, 500, 5000, 50_000]) });
      for (const batch of run) {
        for (const record of batch) {
          expect(record.offset, `seed ${seed}`).toBeGreaterThanOrEqual(from);
          expect(String(record.value), `seed ${seed}`).toBe(expected.get(record.offset));
        }
      }
      const first = [...expected.keys()].filter((offset) => offset >= from).sort((a, b) => a - b)[0];
      expect([...[...run][0]][0].offset, `seed ${seed}, from ${from}`).toBe(first);
      if (random.chance(0.02)) await rig.reopen();
    }
  }
}, 60_000);
