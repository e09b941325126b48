import { describe, expect, test } from 'vitest';
import { native } from '#millrace/native.js';
import { scanStop } from '#millrace/native-words.js';
import { makeBatch, random, thrownBy } from './support.ts';

const defaults = { verify: true, nextOffset: 0, epoch: -1, batchBytesMax: 1 << 20 };

interface Scan {
  readonly positions: readonly number[];
  readonly stop: number;
  readonly position: number;
  readonly detail: number;
  readonly nextOffset: number;
  readonly epoch: number;
}

function scan(
  bytes: Uint8Array,
  options: Partial<typeof defaults> = {},
  window: { start?: number; end?: number; max?: number } = {},
): Scan {
  const positions = new Uint32Array(window.max ?? 100);
  const result = new Float64Array(5);
  const { start = 0, end = bytes.length } = window;
  const count = native.scanBatches(bytes, start, end, { ...defaults, ...options }, positions, result);
  const [stop, position, detail, nextOffset, epoch] = result;
  return { positions: [...positions.subarray(0, count)], stop, position, detail, nextOffset, epoch };
}

const log = Buffer.concat([
  makeBatch({ baseOffset: 10, count: 3, epoch: 4, payload: 100 }),
  makeBatch({ baseOffset: 20, epoch: -1, payload: 0 }),
  makeBatch({ baseOffset: 21, count: 5, epoch: 5, payload: 7 }),
]);

describe('scanBatches', () => {
  test('walks valid batches, gaps between them included', () => {
    expect(scan(log)).toEqual({
      positions: [0, 161, 222],
      stop: scanStop.end,
      position: 290,
      detail: 0,
      nextOffset: 26,
      epoch: 5,
    });
    expect(scan(log, {}, { start: 161 }).positions).toEqual([161, 222]);
    expect(scan(new Uint8Array(0), { nextOffset: 9, epoch: 2 })).toMatchObject({
      stop: scanStop.end,
      nextOffset: 9,
      epoch: 2,
    });
  });

  test('goes on where it stopped for want of room', () => {
    const first = scan(log, {}, { max: 2 });
    expect(first).toMatchObject({ positions: [0, 161], stop: scanStop.full, position: 222, nextOffset: 21, epoch: 4 });
    const { nextOffset, epoch } = first;
    expect(scan(log, { nextOffset, epoch }, { start: first.position })).toMatchObject({
      positions: [222],
      stop: scanStop.end,
    });
  });

  test('tells a torn batch from space that was never written', () => {
    expect(scan(log, {}, { end: 289 })).toMatchObject({
      positions: [0, 161],
      stop: scanStop.short,
      position: 222,
      detail: 68,
    });
    expect(scan(log, {}, { end: 230 })).toMatchObject({ stop: scanStop.short, detail: 61 });
    for (const zeros of [1, 60, 61, 5000]) {
      expect(scan(Buffer.concat([log, Buffer.alloc(zeros)]))).toMatchObject({ stop: scanStop.zeros, position: 290 });
    }
  });

  test('names what is wrong with a batch', () => {
    const changed = (change: (batch: Buffer) => void, options: Partial<typeof defaults> = {}): Scan => {
      const batch = makeBatch({ baseOffset: 5, count: 3, epoch: 2 });
      change(batch);
      return scan(batch, options);
    };
    expect(changed((batch) => batch.writeInt32BE(48, 8))).toMatchObject({ stop: scanStop.length, detail: 48 });
    expect(changed((batch) => batch.writeInt32BE(-1, 8))).toMatchObject({ stop: scanStop.length, detail: -1 });
    expect(changed(() => 0, { batchBytesMax: 80 })).toMatchObject({ stop: scanStop.length, detail: 69 });
    expect(changed(() => 0, { batchBytesMax: 81 })).toMatchObject({ stop: scanStop.end });
    expect(changed((batch) => (batch[16] = 1))).toMatchObject({ stop: scanStop.magic, detail: 1 });
    expect(changed((batch) => (batch[80] = 1))).toMatchObject({ stop: scanStop.checksum, positions: [] });
    expect(changed((batch) => (batch[80] = 1), { verify: false })).toMatchObject({
      stop: scanStop.end,
      positions: [0],
    });
    expect(changed((batch) => batch.writeInt32BE(4, 57))).toMatchObject({ stop: scanStop.header });
    expect(changed((batch) => batch.writeInt32BE(-1, 23))).toMatchObject({ stop: scanStop.header });
    expect(changed(() => 0, { nextOffset: 6 })).toMatchObject({ stop: scanStop.order, nextOffset: 6 });
    expect(changed(() => 0, { epoch: 3 })).toMatchObject({ stop: scanStop.order, epoch: 3 });
  });

  test('keeps within its bounds on noise', () => {
    const below = random();
    for (let i = 0; i < 3000; i++) {
      const bytes = Buffer.from(log);
      for (let n = below(4); n > 0; n--) bytes[below(bytes.length)] = below(256);
      const start = below(100) === 0 ? below(bytes.length) : 0;
      const end = start + below(bytes.length - start + 1);
      const result = scan(bytes, { verify: below(2) === 0 }, { start, end });
      expect(result.position).toBeGreaterThanOrEqual(start);
      expect(result.position).toBeLessThanOrEqual(end);
      for (const position of result.positions) expect(position).toBeLessThanOrEqual(end - 61);
    }
  });

  test('refuses wrong arguments', () => {
    const call = native.scanBatches as (...values: unknown[]) => number;
    const positions = new Uint32Array(1);
    const result = new Float64Array(5);
    expect(thrownBy(() => call(log, 0, log.length + 1, defaults, positions, result))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => call(log, 0, 10, defaults, positions, new Float64Array(4)))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => call(log, 0, 10, defaults, new Uint8Array(4), result))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(log, 0, 10, defaults, positions, []))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(log, 0, 10, undefined, positions, result))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(log, 0, 10, { ...defaults, verify: 1 }, positions, result))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => call(log, 0, 10, { ...defaults, epoch: -2 }, positions, result))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => call(log, 0, 10, { ...defaults, nextOffset: 0.5 }, positions, result))).toBeInstanceOf(
      RangeError,
    );
    const throwing = {
      get verify(): boolean {
        throw new Error('from the getter');
      },
    };
    expect(thrownBy(() => call(log, 0, 10, throwing, positions, result)).message).toBe('from the getter');
  });
});
