import { expect, test } from 'vitest';
import { OFFSET_MAP_BYTES_MIN, OffsetMap } from '#millrace/compaction/offset-map.js';
import { native } from '#millrace/native.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';

/** A batch with these keys, one record each, from offset 100 on. */
function batchOf(keys: readonly string[]): Uint8Array {
  const options = { leaderEpoch: 0, timestamp: 5, timestampType: 'CreateTime', batchBytesMax: 1 << 20 } as const;
  const [batch] = encodeBatches(
    keys.map((key) => ({ key, value: 'x' })),
    { baseOffset: 100, compression: 'none', ...options },
  );
  return batch;
}

function index(map: OffsetMap, keys: readonly string[], room = map.room): number[] {
  const batch = batchOf(keys);
  const result = new Float64Array(5);
  expect(native.indexKeys(map.memory, batch, 0, batch, 61, batch.length, 0, room, result)).toBe(true);
  map.count += result[0];
  return [...result.subarray(0, 4)];
}

function keptOf(map: OffsetMap, keys: readonly string[], latestOffset = 1000): number[] {
  const batch = batchOf(keys);
  const keep = new Uint8Array(keys.length);
  const result = new Float64Array(5);
  expect(native.judgeRecords(map.memory, batch, 0, batch, 61, batch.length, latestOffset, false, keep, result)).toBe(
    true,
  );
  return [...keep];
}

test('what one thread puts in, another one finds: the state is memory that both have', () => {
  const state = OffsetMap.allocate(1 << 20, 10);
  const map = new OffsetMap(state);
  expect(index(map, ['a', 'b', 'a'])).toEqual([2, 0, 3, 102]);
  map.latestOffset = 102;
  expect(map.state).toEqual({ memory: state.memory, count: 2, latestOffset: 102 });
  const other = new OffsetMap(map.state);
  expect(keptOf(other, ['a', 'b', 'a', 'unknown'])).toEqual([0, 1, 1, 1]);
  expect(other.room).toBe(other.countMax - 2);
});

test('memory is bounded, and not larger than the keys need', () => {
  expect(OffsetMap.allocate(1 << 20, 10).memory.byteLength).toBeLessThan(1000);
  expect(OffsetMap.allocate(1 << 20, 1e9).memory.byteLength).toBe(1 << 20);
  const map = new OffsetMap(OffsetMap.allocate(1 << 20, 1e9));
  expect(map.countMax).toBe(Math.floor((((1 << 20) - 64) / 24) * 0.75));
  expect(new OffsetMap(OffsetMap.allocate(1 << 20, 100)).countMax).toBeGreaterThanOrEqual(100);
  expect(new OffsetMap(OffsetMap.allocate(0, 100)).memory).toHaveLength(OFFSET_MAP_BYTES_MIN);
  expect(new OffsetMap(OffsetMap.allocate(0, 100)).countMax).toBe(1);
});

test('a key that finds no room is told with what was before it; known keys always find some', () => {
  const map = new OffsetMap(OffsetMap.allocate(1 << 20, 10));
  expect(index(map, ['a', 'b', 'a', 'c', 'd'], 2)).toEqual([2, 1, 3, 102]);
  expect(index(map, ['b', 'a'], 0)).toEqual([0, 0, 2, 101]);
  expect(index(map, ['new'], 0)).toEqual([0, 1, 0, -1]);
});

test('each map has a secret of its own, so one hash does not help against another', () => {
  const secrets = Array.from({ length: 5 }, () =>
    Buffer.from(new Uint8Array(OffsetMap.allocate(1000, 1).memory, 0, 16)).toString('hex'),
  );
  expect(new Set(secrets).size).toBe(5);
  expect(secrets).not.toContain('0'.repeat(32));
});
