import { expect, test } from 'vitest';
import { KnownTransaction } from '#millrace/transaction/known-transaction.js';
import { newMetadata } from '#millrace/transaction/transaction-metadata.js';

test('it is new as long as no epoch of it is written', () => {
  const known = new KnownTransaction('mover', newMetadata(7, 500, 10));
  expect(known.isNew).toBe(true);
  known.metadata = { ...known.metadata, producerEpoch: 0 };
  expect(known.isNew).toBe(false);
});
