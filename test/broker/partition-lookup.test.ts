import { expect, test } from 'vitest';
import type { BrokerContext } from '#millrace/broker/broker-context.js';
import { findPartition, hasPartition, leaderEpochOf } from '#millrace/broker/partition-lookup.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from './broker-fixture.ts';

test('a partition, and the epochs that a client may believe in', async () => {
  const { broker } = await rig();
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  const context = { store: broker.store } as BrokerContext;
  const codeAt = (epoch?: number): number => findPartition(context, 't', 0, epoch).errorCode;
  expect(findPartition(context, 't', 0).log).toBe(log);
  expect([codeAt(-1), codeAt(0), codeAt(1)]).toEqual([0, 0, kafkaErrorCodes.UNKNOWN_LEADER_EPOCH]);
  // As in a log that a cluster has written.
  log.append([{ value: 'x' }], { leaderEpoch: 4 });
  expect(leaderEpochOf(log)).toBe(4);
  expect([codeAt(3), codeAt(4), codeAt(5)]).toEqual([
    kafkaErrorCodes.FENCED_LEADER_EPOCH,
    0,
    kafkaErrorCodes.UNKNOWN_LEADER_EPOCH,
  ]);
});

test('no topic, no partition, no id, no name', async () => {
  const { broker } = await rig();
  const context = { store: broker.store } as BrokerContext;
  await broker.store.createTopic('t');
  expect(findPartition(context, null, 0)).toEqual({ log: null, errorCode: kafkaErrorCodes.UNKNOWN_TOPIC_ID });
  for (const [topic, partition] of [
    ['u', 0],
    ['t', 1],
    ['t', -1],
    ['..', 0],
    ['a/b', 0],
    ['', 0],
  ] as const)
    expect(findPartition(context, topic, partition), topic).toEqual({
      log: null,
      errorCode: kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION,
    });
});

test('whether there is a partition, without opening it', async () => {
  const { broker } = await rig();
  const context = { store: broker.store } as BrokerContext;
  await broker.store.createTopic('t', { partitions: 2 });
  expect([-1, 0, 1, 2].map((partition) => hasPartition(context, 't', partition))).toEqual([false, true, true, false]);
  expect(['u', '..', 'a/b', ''].some((topic) => hasPartition(context, topic, 0))).toBe(false);
  expect(broker.store.openPartition('t', 1)).toBe(null);
});
