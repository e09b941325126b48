import { expect, test } from 'vitest';
import { TransactionLoading } from '#millrace/transaction/transaction-loading.js';
import { failure } from '../producer/transaction-rig.ts';
import { Messages } from '../store/store-fixture.ts';

/** A log of three partitions, whose ids are their numbers. */
function rig() {
  const messages = new Messages();
  const unreadable = new Set<number>();
  const [tried, taken]: number[][] = [[], []];
  const log = {
    partitionCount: 3,
    partitionOf: Number,
    load: async (partition: number) => {
      tried.push(partition);
      if (unreadable.has(partition)) throw new Error(`${partition} is damaged`);
      return new Map([[String(partition), {} as never]]);
    },
  };
  const take = (loaded: ReadonlyMap<string, unknown>) => void taken.push(...Array.from(loaded.keys(), Number));
  return {
    messages,
    unreadable,
    tried,
    taken,
    loading: new TransactionLoading({ log, take, logger: messages.logger }),
  };
}

test('one partition that cannot be read keeps no other from being taken in', async () => {
  const { loading, unreadable, taken, messages } = rig();
  unreadable.add(1);
  await loading.all();
  expect(taken).toEqual([0, 2]);
  expect(messages.all).toMatchObject([{ level: 'error', details: { partition: 1, err: { message: '1 is damaged' } } }]);
  loading.check('0');
  await loading.loaded('2');
  expect(() => loading.check('1')).toThrow('1 is damaged');
  expect(await failure(loading.loaded('1'))).toBe('1 is damaged');
});

test('it is tried again by who asks for it, once for all of them, until it is taken in', async () => {
  const { loading, unreadable, tried, taken } = rig();
  unreadable.add(1);
  await loading.all();
  tried.length = 0;
  const asked = [failure(loading.loaded('1')), failure(loading.loaded('1'))];
  expect(await Promise.all(asked)).toEqual(['1 is damaged', '1 is damaged']);
  expect(tried).toEqual([1]);
  unreadable.clear();
  await Promise.all([loading.loaded('1'), loading.loaded('1'), loading.loaded('0')]);
  await loading.loaded('1');
  loading.check('1');
  expect([tried, taken]).toEqual([
    [1, 1],
    [0, 2, 1],
  ]);
});

test('what could not be taken is not loaded', async () => {
  const log = { partitionCount: 1, partitionOf: () => 0, load: async () => new Map<string, never>() };
  const take = (): void => {
    throw new Error('closed');
  };
  const loading = new TransactionLoading({ log, take, logger: new Messages().logger });
  await loading.all();
  expect(() => loading.check('a')).toThrow('closed');
});
