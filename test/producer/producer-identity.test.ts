import { expect, test } from 'vitest';
import { ProducerIdentity } from '#millrace/producer/producer-identity.js';

test('an id is taken when it is needed, and epochs go up until they are used up', () => {
  const given: number[] = [];
  const ids = { next: () => given[given.push(500 + given.length) - 1] };
  const identity = new ProducerIdentity(ids);
  expect(given).toEqual([]);
  expect([identity.producerId, identity.producerId, identity.producerEpoch]).toEqual([500, 500, 0]);
  for (let epoch = 1; epoch <= 0x7fff; epoch++) identity.renew();
  expect([identity.producerId, identity.producerEpoch]).toEqual([500, 0x7fff]);
  identity.renew();
  expect([identity.producerId, identity.producerEpoch]).toEqual([501, 0]);
  expect(given).toEqual([500, 501]);
});
