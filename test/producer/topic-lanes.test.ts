import { expect, test } from 'vitest';
import { type ArraySend, Delivery } from '#millrace/producer/delivery.js';
import type { PartitionLane } from '#millrace/producer/partition-lane.js';
import type { ProducerRecord } from '#millrace/producer/partitioner.js';
import { TopicLanes } from '#millrace/producer/topic-lanes.js';

/** Lanes of three records a batch; what was added to each. */
function lanesOf(partitionCount: number) {
  const added: [number, unknown][] = [];
  const made: number[] = [];
  const runs: [number, number, number][] = [];
  const counts = new Map<number, number>();
  const lanes = new TopicLanes('t', { partitioner: 'default', random: () => 0 }, (partition) => {
    made.push(partition);
    const lane = {
      /** Two at a time, if there are so many. */
      addRun: ({ records }: ArraySend, from: number, to: number): number => {
        runs.push([partition, from, to]);
        if (to - from < 2) return from;
        for (const record of records.slice(from, from + 2)) lane.add(record);
        return from + 2;
      },
      add: ({ value }: ProducerRecord): void => {
        added.push([partition, value]);
        counts.set(partition, (counts.get(partition) ?? 0) + 1);
      },
      sealUnlessFits: () => {
        if ((counts.get(partition) ?? 0) < 3) return false;
        counts.set(partition, 0);
        lanes.leave(partition);
        return true;
      },
    };
    return lane as unknown as PartitionLane;
  });
  lanes.count(partitionCount);
  const add = (record: ProducerRecord): void => lanes.add(record, new Delivery({ open: 1 }, null, 1), 1);
  return { lanes, added, made, runs, add };
}

test('a lane is made once, when it is first needed', () => {
  const { added, made, add } = lanesOf(4);
  for (const partition of [2, 0, 2]) add({ value: partition, partition } as never);
  expect(made).toEqual([2, 0]);
  expect(added.map(([partition]) => partition)).toEqual([2, 0, 2]);
});

test('records without a key end no batch by their coming: the one that would goes on to the next partition', () => {
  const { added, add } = lanesOf(3);
  for (let i = 0; i < 8; i++) add({ value: `${i}` });
  expect(added.map(([partition]) => partition)).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
});

test('an array is refused before anything of it is added', () => {
  const { lanes, added } = lanesOf(3);
  const delivery = new Delivery({ open: 1 }, 2, 2);
  const records = [{ value: 'a' }, { value: 'b', partition: 9 }];
  expect(() => lanes.addAll({ records, sizes: [1, 1], delivery, now: 1 })).toThrow('no partition 9');
  expect(added).toEqual([]);
  lanes.addAll({ records: [{ value: 'a' }, { value: 'b', partition: 2 }], sizes: [1, 1], delivery, now: 1 });
  expect(added).toEqual([
    [0, 'a'],
    [2, 'b'],
  ]);
});

test('records of an array that go to one partition go there in runs, and what no run takes goes alone', () => {
  const { lanes, added, runs } = lanesOf(3);
  const partitions = [2, 2, 2, 2, 2, 0, 1, 1];
  const records = partitions.map((partition, i) => ({ value: `${i}`, partition }));
  lanes.addAll({ records, sizes: records.map(() => 1), delivery: new Delivery({ open: 1 }, 8, 8), now: 1 });
  expect(added).toEqual(partitions.map((partition, i) => [partition, `${i}`]));
  expect(runs).toEqual([
    [2, 0, 5],
    [2, 2, 5],
    [1, 6, 8],
  ]);
});
