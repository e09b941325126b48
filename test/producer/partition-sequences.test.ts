import { expect, test } from 'vitest';
import { PartitionSequences } from '#millrace/producer/partition-sequences.js';
import { ProducerIdentity } from '#millrace/producer/producer-identity.js';

test('a batch keeps its sequence until it is sealed, and sequences begin anew under a new epoch', () => {
  const identity = new ProducerIdentity({ next: () => 9 });
  const [one, two] = [new PartitionSequences(identity), new PartitionSequences(identity)];
  const next = (sequences: PartitionSequences): unknown[] => {
    const { producerId, producerEpoch, baseSequence } = sequences.stamp();
    return [producerId, producerEpoch, baseSequence];
  };
  expect([next(one), next(one)]).toEqual([
    [9, 0, 0],
    [9, 0, 0],
  ]);
  one.sealed(3);
  two.stamp();
  two.sealed(5);
  expect([next(one), next(two)]).toEqual([
    [9, 0, 3],
    [9, 0, 5],
  ]);
  one.lost();
  expect(next(one)).toEqual([9, 1, 0]);
  // A batch of the other partition that was open meanwhile still has its sequence.
  two.sealed(2);
  expect(next(two)).toEqual([9, 1, 0]);
});
