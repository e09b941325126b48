/** What the tests of the consumer share: a store in memory, topics, and loops that end by themselves. */
import { onTestFinished } from 'vitest';
import type { Consumer, ConsumerBatch, ConsumerOptions, Store, TopicConfigInput } from '#millrace/main.js';
import { openInMemory } from '../store/store-fixture.ts';

export interface Rig {
  readonly store: Store;
  /** A consumer that is closed when the test has ended. */
  consumer(options?: ConsumerOptions): Consumer;
  /** Appends records with these values, one batch. */
  append(values: readonly string[], partition?: number): void;
}

/** A store with the topic `orders`. */
export async function openRig(partitions = 1, config: TopicConfigInput = {}): Promise<Rig> {
  const { store } = await openInMemory();
  onTestFinished(() => store.close());
  await store.createTopic('orders', { partitions, config });
  return {
    store,
    consumer: (options) => {
      const consumer = store.consumer(options);
      onTestFinished(() => consumer.close());
      return consumer;
    },
    append: (values, partition = 0) => {
      store.partition('orders', partition).append(values.map((value) => ({ value })));
    },
  };
}

export const ORDERS = { topic: 'orders', partition: 0 };

export function valuesIn(batch: ConsumerBatch): string[] {
  return Array.from(batch, (record) => String(record.value));
}

/** The values of the next `count` records, in the order of their coming. */
export async function take(consumer: Consumer, count: number): Promise<string[]> {
  const values: string[] = [];
  for await (const batch of consumer) {
    values.push(...valuesIn(batch));
    if (values.length >= count) {
      // The batch is dealt with, and the loop does not come back to say so.
      consumer.seek(batch, batch.nextOffset);
      break;
    }
  }
  return values;
}

/** Lets promises settle and the event loop turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Lets the event loop turn until it is so, but not for ever. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; turns < 2_000 && !isSo(); turns++) await turn();
}

export function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => String(from + i));
}
