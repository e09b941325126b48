import { mkdirSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { segmentFile } from '#millrace/segment/segment-files.js';
import { numbered, TempLog } from '../support/temp-log.ts';

const BATCH_OF_ONE = 61;

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing';
}

test('records larger together than max.message.bytes become several batches, visible together', () => {
  const rig = new TempLog({ maxMessageBytes: 200 });
  const receipt = rig.log.append(numbered(40, 0, 20));
  expect(receipt).toMatchObject({ baseOffset: 0, lastOffset: 39 });
  const batches = [...rig.log.read(0)];
  expect(batches.length).toBeGreaterThan(5);
  for (const batch of batches) {
    expect(batch.size).toBeLessThanOrEqual(200);
    expect(batch.isValid()).toBe(true);
  }
  expect(rig.records().map((record) => record.offset)).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test('a record that no batch can hold changes nothing, also behind records that fit', () => {
  const rig = new TempLog({ maxMessageBytes: 300 });
  rig.log.append(numbered(3));
  const { size } = rig.log;
  expect(code(() => rig.log.append([...numbered(20, 0, 30), { value: 'x'.repeat(300) }]))).toBe(
    'ERR_MILLRACE_TOO_LARGE',
  );
  expect(rig.log.size).toBe(size);
  expect(rig.log.endOffset).toBe(3);
  rig.log.append(numbered(2, 3));
  expect(rig.values()).toEqual(['0', '1', '2', '3', '4']);
});

test.each([
  ['null', null],
  ['a number as value', { value: 7 }],
  ['a key that is an object', { key: {}, value: 'a' }],
  ['half a millisecond', { value: 'a', timestamp: 1.5 }],
  ['headers that are text', { value: 'a', headers: 'b' }],
])('an invalid record in the middle (%s) changes nothing and leaves zeros behind the end', (_, bad) => {
  const rig = new TempLog();
  rig.log.append(numbered(1));
  const records = [...numbered(100, 0, 40), bad, ...numbered(3)];
  expect(code(() => rig.log.append(records as never))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(rig.log.endOffset).toBe(1);
  rig.log.append(numbered(1, 1));
  const report = rig.crash();
  expect(report.damage).toBeNull();
  expect(rig.values()).toEqual(['0', '1']);
});

test('a record whose getter throws leaves zeros behind the end too', () => {
  const rig = new TempLog();
  rig.log.append(numbered(1));
  const trap = {
    get value(): Buffer {
      throw new Error('trap');
    },
  };
  const records = [...Array.from({ length: 50 }, () => ({ value: Buffer.alloc(50, 'x') })), trap];
  expect(() => rig.log.append(records)).toThrow('trap');
  // What follows is shorter than what was left behind the end.
  rig.log.append(numbered(1, 1));
  expect(rig.crash().damage).toBeNull();
  expect(rig.values()).toEqual(['0', '1']);
});

test('an append that ends exactly at segment.bytes stays, one byte more begins a segment', () => {
  const value = (size: number): { value: string }[] => [{ value: 'v'.repeat(size) }];
  const probe = new TempLog();
  probe.log.append(value(1000));
  const { size } = probe.log;
  const exact = new TempLog({ segmentBytes: 2 * size });
  exact.log.append(value(1000));
  exact.log.append(value(1000));
  expect(exact.log.segmentCount).toBe(1);
  expect(exact.log.size).toBe(2 * size);
  const over = new TempLog({ segmentBytes: 2 * size - 1 });
  over.log.append(value(1000));
  over.log.append(value(1000));
  expect(over.log.segmentCount).toBe(2);
  expect(over.values()).toEqual([value(1000)[0].value, value(1000)[0].value]);
});

test('an append that straddles the end of a segment moves to the next one as a whole', () => {
  const rig = new TempLog({ segmentBytes: 16 * 1024, maxMessageBytes: 4096 });
  rig.log.append(numbered(100, 0, 100));
  const second = rig.log.append(numbered(90, 100, 100));
  expect(rig.log.segmentCount).toBe(2);
  expect(rig.names('.log')).toEqual(['00000000000000000000.log', '00000000000000000100.log']);
  expect(second.baseOffset).toBe(100);
  expect(rig.values().map((value) => Number.parseInt(value))).toEqual(Array.from({ length: 190 }, (_, i) => i));
  expect(rig.crash().damage).toBeNull();
  expect(rig.records()).toHaveLength(190);
});

test('an append that is larger than a segment is refused, and the log goes on', () => {
  const rig = new TempLog({ segmentBytes: 16 * 1024, maxMessageBytes: 4096 });
  rig.log.append(numbered(10));
  expect(code(() => rig.log.append(numbered(400, 10, 100)))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.endOffset).toBe(10);
  rig.log.append(numbered(10, 10));
  expect(rig.values().map(Number)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(rig.crash().damage).toBeNull();
  expect(rig.values()).toHaveLength(20);
});

test('a single record of a whole segment is refused when the active segment is empty too', () => {
  const rig = new TempLog({ segmentBytes: 4096 });
  expect(code(() => rig.log.append([{ value: 'x'.repeat(4096 - BATCH_OF_ONE) }]))).toBe('ERR_MILLRACE_TOO_LARGE');
  rig.log.append([{ value: 'y' }]);
  expect(rig.values()).toEqual(['y']);
});

test('a roll that fails in the middle of an append does not zero the records at the beginning of the segment', () => {
  const rig = new TempLog({ segmentBytes: 16 * 1024 });
  rig.log.append(numbered(100, 0, 100));
  const before = rig.values();
  // Something stands where the next segment would be created.
  mkdirSync(segmentFile(rig.directory, 100, '.log'));
  expect(code(() => rig.log.append(numbered(90, 100, 100)))).toBe('ERR_MILLRACE_IO');
  expect(rig.values()).toEqual(before);
  expect(rig.log.endOffset).toBe(100);
});

test('a window that moves in the middle of an append keeps what was encoded before', () => {
  // The first window is 64 KiB, the append 3 MB in batches of 1 MB: it moves several times.
  const rig = new TempLog();
  rig.log.append(numbered(10, 0, 100));
  rig.log.append(numbered(30_000, 10, 100));
  const records = rig.records();
  expect(records).toHaveLength(30_010);
  for (const record of records) expect(Number.parseInt(String(record.value))).toBe(record.offset);
  for (const batch of rig.log.read(0, { maxBytes: 1 << 30 })) expect(batch.isValid()).toBe(true);
});

test('segment.bytes counts as it is when a record is appended, however much was reserved before under a larger one', () => {
  const rig = new TempLog();
  const [small, large] = [16 * 1024, 1 << 20];
  const configure = (segmentBytes: number): void => rig.log.configure({ ...rig.settings, segmentBytes });
  const sizes = (): number[] => rig.names('.log').map((name) => statSync(rig.path(name)).size);
  // In the middle of a segment: the append goes to the next one, or is refused.
  rig.log.append(numbered(50, 0, 100));
  configure(small);
  expect(code(() => rig.log.append(numbered(300, 50, 100)))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.endOffset).toBe(50);
  rig.log.append(numbered(130, 50, 100));
  rig.log.append(numbered(130, 180, 100));
  rig.log.roll();
  expect(Math.max(...sizes())).toBeLessThanOrEqual(small);
  // At the beginning of one, whose window is reserved.
  configure(large);
  const bad = [{ value: 'x' }, { value: 7 }] as never;
  expect(code(() => rig.log.append(bad))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  configure(small);
  expect(code(() => rig.log.append(numbered(300, 310, 100)))).toBe('ERR_MILLRACE_TOO_LARGE');
  rig.log.append(numbered(100, 310, 100));
  // And a larger one counts at once.
  configure(large);
  const { segmentCount } = rig.log;
  rig.log.append(numbered(300, 410, 100));
  expect(rig.log.segmentCount).toBe(segmentCount);
  expect(rig.values().map((value) => Number.parseInt(value))).toEqual(Array.from({ length: 710 }, (_, i) => i));
  expect(rig.crash().damage).toBeNull();
  expect(rig.values()).toHaveLength(710);
});
