/** What Consumer and GroupConsumer have in common is tested with them; here what the one that is derived decides. */
import { expect, test } from 'vitest';
import { checkConsumerOptions } from '#millrace/consumer/consumer-options.js';
import type { RunDoor } from '#millrace/consumer/consumer-run.js';
import { PartitionConsumer } from '#millrace/consumer/partition-consumer.js';
import { partitionKey } from '#millrace/consumer/topic-logs.js';
import { ORDERS, openRig, type Rig } from './consumer-fixture.ts';

class OwnConsumer extends PartitionConsumer {
  door: RunDoor = {};
  readonly told: string[] = [];

  constructor({ store }: Rig) {
    super(store, checkConsumerOptions({ autoOffsetReset: 'earliest' }));
  }

  give(): void {
    const partition = this.read(ORDERS);
    this.assigned.set(partitionKey(ORDERS), partition);
    this.run?.offer(partition);
  }

  take(): void {
    for (const partition of this.find([ORDERS])) this.takeAway(partition);
  }

  protected override ready(): RunDoor {
    this.told.push('ready');
    return this.door;
  }

  protected override async ended(): Promise<void> {
    await Promise.resolve();
    this.told.push('ended');
  }
}

test('partitions may come while it is read, and all ways of reading wait for its end', async () => {
  const rig = await openRig();
  rig.append(['a', 'b']);
  const consumer = new OwnConsumer(rig);
  const values: string[] = [];
  const handling = consumer.each((record) => void values.push(String(record.value)));
  consumer.give();
  for (let i = 0; i < 100 && values.length < 2; i++) await new Promise((resolve) => setImmediate(resolve));
  expect([values, consumer.told]).toEqual([['a', 'b'], ['ready']]);
  await consumer.close();
  await handling;
  expect(consumer.told).toEqual(['ready', 'ended']);
});

test('the end of what is there is the end only when its group says so', async () => {
  const rig = await openRig();
  rig.append(['a']);
  const consumer = new OwnConsumer(rig);
  let isSettled = false;
  const asked: number[] = [];
  consumer.door = { isSettled: () => isSettled, onAsked: () => void asked.push(1) };
  const values: string[] = [];
  const handling = consumer.each((record) => void values.push(String(record.value)), { untilEnd: true });
  await new Promise((resolve) => setImmediate(resolve));
  consumer.give();
  for (let i = 0; i < 100 && asked.length < 2; i++) await new Promise((resolve) => setImmediate(resolve));
  isSettled = true;
  consumer.take();
  await handling;
  expect([values, asked.length]).toEqual([['a'], 3]);
});

test('a partition that cannot be read does not end the others, if that is dealt with', async () => {
  const rig = await openRig();
  const consumer = new OwnConsumer(rig);
  const unreadable: unknown[] = [];
  consumer.door = {
    onUnreadable: (partition, error) => {
      partition.isHeld = true;
      unreadable.push((error as { code: string }).code);
      return true;
    },
  };
  consumer.give();
  const handling = consumer.each(() => undefined);
  await rig.store.deleteTopic('orders');
  for (let i = 0; i < 100 && unreadable.length === 0; i++) await new Promise((resolve) => setImmediate(resolve));
  await consumer.close();
  await handling;
  expect(unreadable).toEqual(['ERR_MILLRACE_UNKNOWN_TOPIC']);
});
