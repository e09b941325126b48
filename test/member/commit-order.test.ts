import { expect, test } from 'vitest';
import type { AssignedPartition } from '#millrace/consumer/assigned-partition.js';
import { type AskedCommit, CommitOrder } from '#millrace/member/commit-order.js';

const at = (partition: number, offset: number) => ({ topic: 'orders', partition, offset });

class Rig {
  readonly order = new CommitOrder();
  readonly partitions = [0, 1].map(() => ({ isAssigned: true }));
  readonly assigned = new Map(
    this.partitions.map((each, i) => [`orders ${i}`, each as unknown as AssignedPartition] as const),
  );

  asks(...offsets: ReturnType<typeof at>[]): AskedCommit {
    return this.order.asks(offsets, this.assigned);
  }
}

test('a commit that was answered leaves what was refused', () => {
  const { order, ...rig } = new Rig();
  const commit = order.asks([at(0, 5), at(1, 6)], rig.assigned);
  order.sent(commit);
  order.answered(commit, [null, 'REBALANCE_IN_PROGRESS']);
  expect(order.left(commit).offsets).toEqual([at(1, 6)]);
  expect(order.news([at(0, 5), at(1, 6)])).toEqual([at(1, 6)]);
});

test('an older commit is left with what no later one has committed, and takes nothing back', () => {
  const rig = new Rig();
  const { order } = rig;
  const [older, later] = [rig.asks(at(0, 5), at(1, 5)), rig.asks(at(0, 9))];
  order.answered(later, [null]);
  expect(order.left(older).offsets).toEqual([at(1, 5)]);
  expect(order.left(older).order).toBe(older.order);
  order.answered(older, [null, null]);
  expect(order.news([at(0, 9), at(1, 5)])).toEqual([]);
});

test('it is behind a later one of its partitions until that was answered, or has failed', () => {
  const rig = new Rig();
  const { order } = rig;
  const [older, later, other] = [rig.asks(at(0, 5)), rig.asks(at(0, 9)), rig.asks(at(1, 9))];
  for (const each of [other, older]) order.sent(each);
  expect(order.isBehind(older)).toBe(false);
  order.sent(later);
  expect([order.isBehind(older), order.isBehind(later)]).toEqual([true, false]);
  order.answered(later);
  expect(order.isBehind(older)).toBe(false);
  expect(order.left(older).offsets).toEqual([at(0, 5)]);
});

test('what a partition has come back with counts, not what was on its way before', () => {
  const rig = new Rig();
  const { order } = rig;
  const commit = rig.asks(at(0, 5));
  order.sent(commit);
  rig.partitions[0].isAssigned = false;
  order.forget(at(0, 0));
  order.begins(at(0, 0), 7);
  order.answered(commit, [null]);
  expect(order.news([at(0, 7)])).toEqual([]);
  expect(order.news([at(0, 5)])).toHaveLength(1);
});

test('of a partition that a commit names twice, the last word counts', () => {
  const { order, ...rig } = new Rig();
  const commit = order.asks([at(0, 5), at(0, 9)], rig.assigned);
  order.answered(commit, [null, null]);
  expect(order.news([at(0, 9)])).toEqual([]);
  expect(order.left(commit).offsets).toEqual([]);
});

test('a commit of a partition that it does not have holds nothing', () => {
  const rig = new Rig();
  expect([...rig.asks(at(0, 5), at(7, 5)).held.keys()]).toEqual(['orders 0']);
});
