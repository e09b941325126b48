import { expect, test } from 'vitest';
import type { Durability } from '#millrace/log/durability.js';
import { Receipt } from '#millrace/log/receipt.js';

test('a receipt asks for durability of its last record, and only when it is asked itself', async () => {
  const asked: number[] = [];
  const durability = {
    until(offset: number): Promise<void> {
      asked.push(offset);
      return Promise.resolve();
    },
  } as Durability;
  const receipt = new Receipt(durability, 10, 14, -1);
  expect([receipt.baseOffset, receipt.lastOffset, receipt.logAppendTime]).toEqual([10, 14, -1]);
  expect(asked).toEqual([]);
  await receipt.durable;
  await receipt.durable;
  expect(asked).toEqual([15, 15]);
});
