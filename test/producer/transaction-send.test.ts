import { expect, test } from 'vitest';
import { TransactionSend } from '#millrace/producer/transaction-send.js';

const place = (offset: number): { topic: string; partition: number; offset: number; timestamp: number } => ({
  topic: 'a',
  partition: 0,
  offset,
  timestamp: 1,
});

test('it settles when all its records are placed, in the order of the records', async () => {
  const send = new TransactionSend(2);
  send.placed(1, place(8));
  let isSettled = false;
  void send.promise.then(() => (isSettled = true));
  await Promise.resolve();
  expect(isSettled).toBe(false);
  send.placed(0, place(7));
  expect(await send.promise).toEqual([place(7), place(8)]);
  expect(await new TransactionSend(0).promise).toEqual([]);
});

test('its first failure is what it rejects with, and nobody has to listen', async () => {
  const send = new TransactionSend(2);
  send.failed(new Error('first'));
  send.failed(new Error('second'));
  await new Promise((resolve) => setImmediate(resolve));
  await expect(send.promise).rejects.toThrow('first');
});
