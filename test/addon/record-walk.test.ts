import { describe, expect, test } from 'vitest';
import { gatherStop, gatherWalk, native } from '#millrace/native.js';
import { thrownBy } from './support.ts';

/** Two records: `ab` with timestamp delta 3, and null with 1. */
const records = Uint8Array.of(16, 0, 6, 0, 1, 4, 97, 98, 0, 12, 0, 2, 2, 1, 1, 0);

describe('checkRecords', () => {
  const check = (bytes: Uint8Array, start: number, end: number, count: number, last: number): number[] | false => {
    const largest = new Float64Array(2);
    return native.checkRecords(bytes, start, end, count, last, largest) && [...largest];
  };

  test('tells the largest timestamp, or that it cannot', () => {
    expect(check(records, 0, records.length, 2, 1)).toEqual([3, 0]);
    const inside = Uint8Array.of(9, ...records, 9);
    expect(check(inside, 1, inside.length - 1, 2, 1)).toEqual([3, 0]);
    expect(check(records, 9, records.length, 1, 1)).toEqual([1, 1]);
    expect(check(records, 0, records.length, 2, 0)).toBe(false);
    expect(check(records, 0, records.length, 1, 1)).toBe(false);
    expect(check(records, 0, records.length - 1, 2, 1)).toBe(false);
  });

  test('refuses what is out of range', () => {
    expect(thrownBy(() => check(records, 0, records.length + 1, 2, 1))).toBeInstanceOf(RangeError);
    expect(thrownBy(() => check(records, 0, records.length, -1, 1))).toBeInstanceOf(RangeError);
    const short = new Float64Array(1);
    expect(thrownBy(() => native.checkRecords(records, 0, 1, 1, 1, short))).toBeInstanceOf(RangeError);
  });
});

describe('gatherValues', () => {
  const begin = (changes: Partial<Record<keyof typeof gatherWalk, number>> = {}): Float64Array => {
    const walk = new Float64Array(gatherWalk.length);
    const first = { left: 2, offsetDelta: -1, lastOffsetDelta: 1, most: 10, sizeMax: 10, ...changes };
    for (const [name, value] of Object.entries(first)) walk[gatherWalk[name as keyof typeof gatherWalk]] = value;
    return walk;
  };
  const suffix = Buffer.from(';');

  test('copies values behind one another, and goes on where it stopped', () => {
    const target = Buffer.alloc(10, '.');
    const walk = begin({ most: 1, target: 1 });
    expect(native.gatherValues(records, records.length, walk, suffix, target)).toBe(1);
    expect([walk[gatherWalk.stop], walk[gatherWalk.target]]).toEqual([gatherStop.most, 4]);
    expect(native.gatherValues(records, records.length, walk, suffix, target)).toBe(1);
    expect([walk[gatherWalk.stop], walk[gatherWalk.target]]).toEqual([gatherStop.end, 5]);
    expect(target.toString()).toBe('.ab;;.....');
  });

  test('says why it stopped', () => {
    const stop = (walk: Float64Array, room: number): number => {
      native.gatherValues(records, records.length, walk, suffix, Buffer.alloc(room));
      return walk[gatherWalk.stop];
    };
    expect(stop(begin(), 3)).toBe(gatherStop.full);
    const walk = begin({ sizeMax: 1 });
    expect(stop(walk, 9)).toBe(gatherStop.large);
    expect([walk[gatherWalk.valuePosition], walk[gatherWalk.valueSize]]).toEqual([6, 2]);
    expect(stop(begin({ left: 3, lastOffsetDelta: 5 }), 9)).toBe(gatherStop.malformed);
  });

  test('refuses a walk that is out of range', () => {
    const refused = (changes: Partial<Record<keyof typeof gatherWalk, number>>): unknown =>
      thrownBy(() => native.gatherValues(records, records.length, begin(changes), suffix, Buffer.alloc(4)));
    for (const changes of [{ position: 17 }, { left: -1 }, { target: 5 }, { most: Number.NaN }, { sizeMax: -1 }]) {
      expect(refused(changes), JSON.stringify(changes)).toBeInstanceOf(RangeError);
    }
    const short = new Float64Array(10);
    expect(thrownBy(() => native.gatherValues(records, 1, short, suffix, suffix))).toBeInstanceOf(RangeError);
  });
});
