/** What the tests of transactions share: a store in memory with few internal partitions, and what readers of committed records see. */
import { onTestFinished } from 'vitest';
import type { Consumer, Store, StoreOptions, TransactionalProducer } from '#millrace/main.js';
import { turn } from '../consumer/consumer-fixture.ts';
import { openInMemory } from '../store/store-fixture.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

export const SMALL: StoreOptions & { readonly readOnly?: false } = {
  transactionStatePartitions: 2,
  offsetsPartitions: 2,
};

export interface TransactionRig {
  readonly store: Store;
  readonly system: MemoryFileSystem;
  readonly clock: FakeClock;
  producer(transactionalId?: string, transactionTimeoutMs?: number): TransactionalProducer;
}

/** A store with the topics `orders` and `totals` of two partitions each. */
export async function openRig(
  system = new MemoryFileSystem({ fileBytesMax: 256 * 1024 }),
  options: StoreOptions & { readonly readOnly?: false } = {},
  isClosedAfterTest = true,
): Promise<TransactionRig> {
  const clock = new FakeClock();
  const { store } = await openInMemory(system, { clock, ...SMALL, ...options });
  // One that a test has killed in the middle of something waits for ever.
  if (isClosedAfterTest) onTestFinished(() => store.close().catch(() => undefined));
  const known = new Set(store.topics().map(({ name }) => name));
  for (const name of ['orders', 'totals']) if (!known.has(name)) await store.createTopic(name, { partitions: 2 });
  const producer: TransactionRig['producer'] = (transactionalId = 'mover', transactionTimeoutMs = 60_000) =>
    store.producer({ transactionalId, transactionTimeoutMs });
  return { store, system, clock, producer };
}

/** The values that a reader of committed records gets now from a topic, partition by partition. */
export async function committed(store: Store, topic: string): Promise<string[][]> {
  const values: string[][] = Array.from({ length: store.topic(topic).partitions }, () => []);
  const stop = new AbortController();
  const consumer: Consumer = store.consumer({
    isolation: 'read_committed',
    autoOffsetReset: 'earliest',
    signal: stop.signal,
  });
  consumer.assign([topic]);
  let batches = 0;
  const reading = (async () => {
    for await (const batch of consumer) {
      batches++;
      for (const record of batch) values[batch.partition].push(String(record.value));
    }
  })();
  // A reader of committed records waits at the first open transaction, and does not say that it does.
  for (let idle = 0, seen = 0; idle < 12; idle++) {
    await turn();
    if (batches !== seen) [idle, seen] = [0, batches];
  }
  stop.abort();
  // The loop ends with what its signal says.
  await reading.catch(() => undefined);
  await consumer.close();
  return values;
}

/** What a promise was rejected with, as a code or a message; 'none' when it was not. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).message;
  }
}
