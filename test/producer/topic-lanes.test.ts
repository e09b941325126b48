import { expect, test } from 'vitest';
import { Delivery } from '#millrace/producer/delivery.js';
import type { PartitionLane } from '#millrace/producer/partition-lane.js';
import type { ProducerRecord } from '#millrace/producer/partitioner.js';
import { TopicLanes } from '#millrace/producer/topic-lanes.js';

/** Lanes of three records a batch; what was added to each. */
function lanesOf(partitionCount: number) {
  const added: [number, unknown][] = [];
  const made: number[] = [];
  const counts = new Map<number, number>();
  const lanes = new TopicLanes('t', { partitioner: 'default', random: () => 0 }, (partition) => {
    made.push(partition);
    const lane = {
      add: ({ value }: ProducerRecord) => {
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
  return { lanes, added, made, add };
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
  expect(() => lanes.addAll(records, [1, 1], delivery, 1)).toThrow('no partition 9');
  expect(added).toEqual([]);
  lanes.addAll([{ value: 'a' }, { value: 'b', partition: 2 }], [1, 1], delivery, 1);
  expect(added).toEqual([
    [0, 'a'],
    [2, 'b'],
  ]);
});
