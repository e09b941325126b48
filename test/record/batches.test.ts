import { describe, expect, test } from 'vitest';
import { BatchRun } from '#millrace/record/batches.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { codeOf, options } from './random.ts';

const input = Array.from({ length: 9 }, (_, i) => ({ value: `value ${i}` }));
// Three records of 14 bytes in each batch.
const batches = encodeBatches(input, { ...options, baseOffset: 10, batchBytesMax: 61 + 3 * 14, compression: 'none' });
const joined = Buffer.concat([Buffer.alloc(5, 0xff), ...batches, Buffer.alloc(80)]);
const window = byteWindow(joined);
const end = 5 + batches.reduce((sum, batch) => sum + batch.length, 0);

describe('a run of batches', () => {
  test('is cut into batches', () => {
    expect(batches).toHaveLength(3);
    const run = new BatchRun(window, 5, end, 10);
    expect([...run].map(({ baseOffset, nextOffset }) => [baseOffset, nextOffset])).toEqual([
      [10, 13],
      [13, 16],
      [16, 19],
    ]);
    expect(run).toMatchObject({ baseOffset: 10, nextOffset: 19, startOffset: 10, size: end - 5 });
    expect(run.bytes).toEqual(joined.subarray(5, end));
    expect(run.bytes.buffer).toBe(joined.buffer);
  });

  test('gives no record below the start offset, and no batch without one to give', () => {
    const offsets = (startOffset: number): number[] =>
      [...new BatchRun(window, 5, end, startOffset)].flatMap((batch) => [...batch].map(({ offset }) => offset));
    for (let start = 8; start <= 19; start++) {
      expect(offsets(start)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18].filter((offset) => offset >= start));
    }
    expect([...new BatchRun(window, 5, end, 13)]).toHaveLength(2);
  });

  test('empty, it stands where the reader asked', () => {
    const run = new BatchRun(window, 5, 5, 42);
    expect([...run]).toEqual([]);
    expect(run).toMatchObject({ baseOffset: 42, nextOffset: 42, size: 0 });
    expect(run.bytes).toHaveLength(0);
  });

  test('bytes that are no batch end the walk with corruption', () => {
    expect(codeOf(() => [...new BatchRun(window, 5, end + 70, 10)])).toBe('ERR_MILLRACE_CORRUPT');
    expect(codeOf(() => [...new BatchRun(window, 0, end, 10)])).toBe('ERR_MILLRACE_CORRUPT');
  });
});
