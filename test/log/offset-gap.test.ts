/** Batches of a leader that leave out more offsets than a segment can have: a topic that was compacted for long and is replicated anew. */
import { expect, test } from 'vitest';
import { SEGMENT_OFFSETS_MAX } from '#millrace/limits.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

const at = (baseOffset: number, count = 2): Buffer => readyBatches(numbered(count, baseOffset), { baseOffset });

function offsets(rig: TempLog): number[] {
  return rig.records().map(({ offset }) => offset);
}

const logs = (rig: TempLog): number[] => rig.names('.log').map((name) => Number.parseInt(name, 10));

test('a batch 2^31 past the segment before it begins one of its own, which its index can hold', async () => {
  const rig = new TempLog({ indexIntervalBytes: 0 });
  rig.log.appendBatches(at(0), { from: 'leader' });
  const far = 2 + 2 ** 31;
  rig.log.appendBatches(at(far), { from: 'leader' });
  const farther = far + 3 * 2 ** 32;
  rig.log.appendBatches(at(farther), { from: 'leader' });
  rig.log.appendBatches(at(farther + 2), { from: 'leader' });
  const all = [0, 1, far, far + 1, ...[0, 1, 2, 3].map((i) => farther + i)];
  expect([logs(rig), offsets(rig)]).toEqual([[0, far, farther], all]);
  expect(rig.log.segmentCount).toBe(3);
  // From within the gap the reader goes on behind it.
  expect(rig.records(5).map(({ offset }) => offset)).toEqual(all.slice(2));
  expect(rig.records(far + 2)[0].offset).toBe(farther);
  await rig.reopen();
  expect([offsets(rig), rig.log.endOffset]).toEqual([all, farther + 4]);
  expect(rig.crash().damage).toBeNull();
  expect([offsets(rig), rig.log.endOffset]).toEqual([all, farther + 4]);
  // A cut in the gap ends where the last batch before it does.
  expect(rig.log.truncateTo(farther - 1)).toBe(far + 2);
  expect(offsets(rig)).toEqual(all.slice(0, 4));
});

test('the last offset that still goes into a segment does, and the next one does not', () => {
  for (const [last, segments] of [
    [SEGMENT_OFFSETS_MAX, [0]],
    [SEGMENT_OFFSETS_MAX + 1, [0, 2]],
    [SEGMENT_OFFSETS_MAX + 2, [0, 2]],
    [SEGMENT_OFFSETS_MAX + 3, [0, SEGMENT_OFFSETS_MAX + 3]],
  ] as const) {
    const rig = new TempLog();
    rig.log.appendBatches(at(0), { from: 'leader' });
    rig.log.appendBatches(at(last, 1), { from: 'leader' });
    expect([last, logs(rig), offsets(rig)]).toEqual([last, segments, [0, 1, last]]);
  }
});

test('an empty log begins where the first batch does', async () => {
  const rig = new TempLog();
  const far = 2 ** 40;
  rig.log.appendBatches(at(far), { from: 'leader' });
  expect([logs(rig), offsets(rig), rig.log.segmentCount]).toEqual([[far], [far, far + 1], 1]);
  await rig.reopen(0);
  expect([rig.log.startOffset, offsets(rig)]).toEqual([far, [far, far + 1]]);
});

test('batches of one call that are too far apart are refused, and nothing is written', () => {
  const rig = new TempLog();
  const bytes = Buffer.concat([at(0), at(2 ** 31)]);
  expect(() => rig.log.appendBatches(bytes, { from: 'leader' })).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE' }),
  );
  expect([rig.log.endOffset, rig.names('.log').length]).toEqual([0, 1]);
});

test('what producers were at the end of an empty segment is known behind the gap, and after a restart', async () => {
  const rig = new TempLog();
  const stamp = { producerId: 7, producerEpoch: 0, baseSequence: 0 };
  rig.log.append(numbered(2), { producer: stamp });
  rig.log.roll();
  rig.log.appendBatches(at(2 ** 33), { from: 'leader' });
  await rig.reopen();
  expect(rig.log.activeProducers.map(({ producerId, lastSequence }) => [producerId, lastSequence])).toEqual([[7, 1]]);
  expect([logs(rig), offsets(rig)]).toEqual([
    [0, 2 ** 33],
    [0, 1, 2 ** 33, 2 ** 33 + 1],
  ]);
});
