import { expect, test } from 'vitest';
import { PartitionSet } from '#millrace/transaction/partition-set.js';
import {
  completed,
  dead,
  isEpochExhausted,
  newMetadata,
  prepared,
  type TransactionMetadata,
  withEpoch,
  withPartitions,
  withProducerId,
} from '#millrace/transaction/transaction-metadata.js';

const partitions = new PartitionSet([{ topic: 'a', partition: 0 }]);
const end = { clientVersion: 2, nextProducerId: -1 } as const;

function ongoing(): TransactionMetadata {
  const begun = withEpoch(newMetadata(7, 500, 10), { producerEpoch: 0, lastProducerEpoch: -1 }, 600, 20);
  return withPartitions(begun, partitions, 2, 30);
}

test('times: a transaction begins with its first partition, and what is written later is never older', () => {
  const open = ongoing();
  expect(open).toMatchObject({ startedAt: 30, updatedAt: 30, timeoutMs: 600 });
  const more = withPartitions(open, new PartitionSet([{ topic: 'b', partition: 1 }]), 2, 25);
  expect(more).toMatchObject({ startedAt: 30, updatedAt: 30 });
  expect(more.partitions.size).toBe(2);
  const done = completed(prepared(more, 'PrepareAbort', end, 40), 50);
  expect(done).toMatchObject({ startedAt: 30, updatedAt: 50, state: 'CompleteAbort' });
  expect(withPartitions(done, partitions, 2, 60).startedAt).toBe(60);
  expect(prepared(done, 'PrepareAbort', end, 70).startedAt).toBe(70);
});

test('each end gives an epoch as of version 2, and none before', () => {
  expect(prepared(ongoing(), 'PrepareCommit', end, 40)).toMatchObject({ producerEpoch: 1, lastProducerEpoch: 0 });
  const old = prepared(ongoing(), 'PrepareCommit', { ...end, clientVersion: 1 }, 40);
  expect(old).toMatchObject({ producerEpoch: 0, lastProducerEpoch: -1 });
  // One that should not be is aborted all the same.
  const broken = { ...ongoing(), producerEpoch: 32_767 };
  expect(prepared(broken, 'PrepareAbort', end, 40).producerEpoch).toBe(32_767);
});

test('a changed producer id holds from the completion on', () => {
  const decided = prepared({ ...ongoing(), producerEpoch: 32_766 }, 'PrepareCommit', { ...end, nextProducerId: 9 }, 40);
  expect(decided).toMatchObject({ producerId: 7, nextProducerId: 9, producerEpoch: 32_767 });
  const done = completed(decided, 50);
  expect(done).toMatchObject({ producerId: 9, previousProducerId: 7, nextProducerId: -1, producerEpoch: 0 });
  expect(done).toMatchObject({ lastProducerEpoch: 32_766, state: 'CompleteCommit' });
  expect(done.partitions.size).toBe(0);
});

test('another producer id for a producer that is initialised', () => {
  const options = { timeoutMs: 700, keepsLastEpoch: true };
  const old = { ...newMetadata(7, 500, 10), producerEpoch: 32_766 };
  expect(withProducerId(old, 9, options, 20)).toMatchObject({
    producerId: 9,
    previousProducerId: 7,
    producerEpoch: 0,
    lastProducerEpoch: 32_766,
    timeoutMs: 700,
  });
  expect(withProducerId(old, 9, { ...options, keepsLastEpoch: false }, 20).lastProducerEpoch).toBe(-1);
});

test('what Kafka does not allow is a bug of ours', () => {
  expect(() => prepared(newMetadata(7, 500, 10), 'PrepareCommit', end, 20)).toThrow('from Empty to PrepareCommit');
  expect(() => completed(ongoing(), 40)).toThrow('from Ongoing to CompleteAbort');
  expect(() => dead(ongoing())).toThrow('from Ongoing to Dead');
  expect(() => withProducerId(ongoing(), 9, { timeoutMs: 1, keepsLastEpoch: false }, 20)).toThrow(
    'from Ongoing to Empty',
  );
  expect(dead(newMetadata(7, 500, 10)).state).toBe('Dead');
  const last = { producerEpoch: 32_767, lastProducerEpoch: -1 };
  expect(() => withEpoch(newMetadata(7, 500, 10), last, 1, 20)).toThrow('the epoch that is for fencing');
});

test('the last epoch but one is the last that a producer gets', () => {
  expect([32_765, 32_766, 32_767].map(isEpochExhausted)).toEqual([false, true, true]);
});
