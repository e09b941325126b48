import { expect, test } from 'vitest';
import { deleteRecords } from '#millrace/protocol/apis/21-delete-records.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { type Rig, rig } from '../broker-fixture.ts';

async function remove({ client }: Rig, topic: string, offset: number, { version = 2, partition = 0 } = {}) {
  const partitions = [{ partitionIndex: partition, offset }];
  const { topics } = await client.ask(deleteRecords, version, {
    topics: [{ name: topic, partitions }],
    timeoutMs: 1000,
  });
  const { lowWatermark, errorCode } = topics[0].partitions[0];
  return [lowWatermark, errorCode];
}

async function rigWith(topic: string, config = {}): Promise<Rig> {
  const all = await rig();
  await all.broker.store.createTopic(topic, { config });
  all.broker.store.partition(topic, 0).append(Array.from({ length: 10 }, (_, i) => ({ key: `${i}`, value: `${i}` })));
  return all;
}

test.each([0, 1, 2])('moves the start of the log, version %i', async (version) => {
  const all = await rigWith('t');
  const log = all.broker.store.partition('t', 0);
  expect(await remove(all, 't', 4, { version })).toEqual([4, 0]);
  expect(log.startOffset).toBe(4);
  // At or before the start: done already.
  expect(await remove(all, 't', 4, { version })).toEqual([4, 0]);
  expect(await remove(all, 't', 0, { version })).toEqual([4, 0]);
  // -1 is the high watermark, and all records are gone.
  expect(await remove(all, 't', -1, { version })).toEqual([10, 0]);
  expect([log.startOffset, log.endOffset]).toEqual([10, 10]);
});

test('what is past the high watermark, or less than -1, is out of range', async () => {
  const all = await rigWith('t');
  const refused = [-1, kafkaErrorCodes.OFFSET_OUT_OF_RANGE];
  expect(await remove(all, 't', 11)).toEqual(refused);
  expect(await remove(all, 't', -2)).toEqual(refused);
  expect(all.broker.store.partition('t', 0).startOffset).toBe(0);
});

test('offsets go on where they were, after all records were deleted', async () => {
  const all = await rigWith('t');
  await remove(all, 't', -1);
  expect(all.broker.store.partition('t', 0).append([{ value: 'x' }]).baseOffset).toBe(10);
});

test('unknown, internal and compacted partitions are refused, each with its own code', async () => {
  const all = await rigWith('compacted', { 'cleanup.policy': 'compact' });
  await all.broker.store.createTopic('__consumer_offsets');
  expect(await remove(all, 'none', 0)).toEqual([-1, kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION]);
  expect(await remove(all, 'a b', 0)).toEqual([-1, kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION]);
  expect(await remove(all, 'compacted', 0, { partition: 1 })).toEqual([-1, kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION]);
  expect(await remove(all, '__consumer_offsets', 0)).toEqual([-1, kafkaErrorCodes.INVALID_TOPIC_EXCEPTION]);
  expect(await remove(all, 'compacted', 3)).toEqual([-1, kafkaErrorCodes.POLICY_VIOLATION]);
  await all.broker.store.alterTopic('compacted', { 'cleanup.policy': 'compact,delete' });
  expect(await remove(all, 'compacted', 3)).toEqual([3, 0]);
});
