import { expect, test } from 'vitest';
import { Brake, newControl } from '#millrace/compaction/compaction-control.js';
import { indexDirtyKeys } from '#millrace/compaction/key-indexing.js';
import { OffsetMap } from '#millrace/compaction/offset-map.js';
import { native } from '#millrace/native.js';
import { TempLog } from '../support/temp-log.ts';

/** Three segments of three records each: keys a, b, c in each. */
function rigOf(): { rig: TempLog; segments: { baseOffset: number; size: number; endOffset: number }[] } {
  const rig = new TempLog();
  for (let i = 0; i < 3; i++) {
    for (const key of ['a', 'b', 'c']) rig.log.append([{ key, value: `${i}` }]);
    rig.log.roll();
  }
  const segments = rig.log.sealedSegments.map(({ baseOffset, size }) => ({
    baseOffset,
    size,
    endOffset: baseOffset + 3,
  }));
  return { rig, segments };
}

function run(keysMax: number, startOffset = 0, bytesMax = 1 << 20) {
  const { rig, segments } = rigOf();
  const map = new OffsetMap(OffsetMap.allocate(bytesMax, keysMax));
  const dirty = segments.filter(({ endOffset }) => endOffset > startOffset);
  const options = { directory: rig.directory, segments: dirty, startOffset, aborted: [] };
  const report = indexDirtyKeys(rig.system, map, options, new Brake(newControl(0)));
  return { report, map, rig };
}

test('the whole dirty part is in the map, with the end of its last segment', () => {
  const { report, map } = run(100);
  expect(report).toMatchObject({ recordsRead: 9, isFull: false });
  expect(map).toMatchObject({ count: 3, latestOffset: 8 });
});

test('what lies before the dirty part is not', () => {
  const { report, map, rig } = run(100, 7);
  expect(report).toMatchObject({ recordsRead: 2, isFull: false });
  expect(map).toMatchObject({ count: 2, latestOffset: 8 });
  expect(report.bytesRead).toBe(rig.log.sealedSegments[2].size);
});

test('it ends where a key finds no room, and says up to where all are in', () => {
  const { report, map } = run(1, 0, 112);
  expect(report).toMatchObject({ recordsRead: 1, isFull: true });
  expect(map).toMatchObject({ count: 1, latestOffset: 0 });
});

test('the map and its judge agree about the newest offset', () => {
  const { map, rig } = run(100);
  const run2 = rig.log.read(0, { maxBytes: 1 });
  const bytes = run2.bytes;
  const keep = new Uint8Array(1);
  const result = new Float64Array(5);
  native.judgeRecords(map.memory, bytes, 0, bytes, 61, bytes.length, 8, false, keep, result);
  expect([...keep]).toEqual([0]);
});
