import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Delivery } from '#millrace/producer/delivery.js';
import { settled } from '../support/flush-thread.ts';

const at = (offset: number) => ({ topic: 't', partition: 0, offset, timestamp: 1 });

test('one record: its place', async () => {
  const delivery = new Delivery({ open: 1 }, null, 10);
  delivery.place(0, at(7));
  expect(await delivery.promise).toEqual(at(7));
  expect(delivery.close()).toBe(true);
});

test('an array: all places by index, in whatever order they come', async () => {
  const delivery = new Delivery({ open: 1 }, 3, 10);
  const state = settled(delivery.promise);
  delivery.place(2, at(9));
  delivery.place(0, at(3));
  expect([delivery.close(), delivery.close(), await state.now()]).toEqual([false, false, 'pending']);
  delivery.place(1, at(5));
  expect(await delivery.promise).toEqual([at(3), at(5), at(9)]);
  expect(delivery.close()).toBe(true);
});

test('the first failure is its answer, and it is open until all is known', async () => {
  const delivery = new Delivery({ open: 1 }, 3, 10);
  delivery.place(0, at(3));
  delivery.reject(new Error('first'));
  delivery.reject(new Error('second'));
  delivery.place(1, at(4));
  delivery.place(2, at(4));
  await expect(delivery.promise).rejects.toThrow('first');
  expect([delivery.close(), delivery.close(), delivery.close()]).toEqual([false, false, true]);
});

test('it listens to its signal until one of its records is encoded, or it is rejected', async () => {
  for (const end of ['encoded', 'rejected'] as const) {
    const { signal } = new AbortController();
    const delivery = new Delivery({ open: 1 }, 2, 10);
    delivery.listen(signal, () => undefined);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    expect(delivery.canBeCancelled).toBe(true);
    if (end === 'encoded') delivery.encoded();
    else delivery.reject(new Error('no'));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(delivery.canBeCancelled).toBe(false);
    delivery.listen(signal, () => undefined);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    if (end === 'rejected') await expect(delivery.promise).rejects.toThrow('no');
  }
});

test('taken back, it has its answer and no record open', async () => {
  const controller = new AbortController();
  const delivery = new Delivery({ open: 1 }, 2, 10);
  delivery.listen(controller.signal, () => delivery.cancel(new Error('aborted')));
  controller.abort();
  expect(delivery.isCancelled).toBe(true);
  await expect(delivery.promise).rejects.toThrow('aborted');
});
