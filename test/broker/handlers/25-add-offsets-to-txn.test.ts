import { expect, test } from 'vitest';
import { addOffsetsToTxn } from '#millrace/protocol/apis/25-add-offsets-to-txn.js';
import { rig } from '../broker-fixture.ts';
import { init, nameOf } from '../transactional-client.ts';

test.each([0, 1, 2, 3, 4])('takes the group’s partition into the transaction, version %i', async (version) => {
  const { broker, client } = await rig();
  const { error: _error, ...producer } = await init(client, 'a');
  const ask = async (more: object) => {
    const request = { transactionalId: 'a', ...producer, groupId: 'g', ...more };
    return nameOf((await client.ask(addOffsetsToTxn, version, request)).errorCode);
  };
  expect(await ask({})).toBe('NONE');
  // The hash of "g" is 103.
  const [{ state, partitions }] = await broker.store.transactions();
  expect([state, partitions]).toEqual(['Ongoing', [{ topic: '__consumer_offsets', partition: 3 }]]);
  expect(await ask({ producerEpoch: 9 })).toBe(version < 2 ? 'INVALID_PRODUCER_EPOCH' : 'PRODUCER_FENCED');
  expect(await ask({ transactionalId: 'b' })).toBe('INVALID_PRODUCER_ID_MAPPING');
});
