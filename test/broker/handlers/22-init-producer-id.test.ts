import { expect, test } from 'vitest';
import { rig } from '../broker-fixture.ts';
import { init } from '../transactional-client.ts';

test('without a transactional id: another id each time, whatever was there before', async () => {
  const { client } = await rig();
  const ids = new Set<number>();
  for (const version of [0, 1, 2, 3, 4, 5]) {
    const { error, producerId, producerEpoch } = await init(client, null, { version });
    expect([error, producerEpoch]).toEqual(['NONE', 0]);
    ids.add(producerId);
  }
  const [producerId] = ids;
  ids.add((await init(client, null, { producerId, producerEpoch: 0 })).producerId);
  expect(ids.size).toBe(7);
});

test('with one: the same id, and the next epoch', async () => {
  const { broker, client } = await rig();
  const first = await init(client, 'a');
  expect(first).toMatchObject({ error: 'NONE', producerEpoch: 0 });
  expect(await init(client, 'a', { version: 0 })).toEqual({ ...first, producerEpoch: 1 });
  expect((await init(client, 'b')).producerId).not.toBe(first.producerId);
  expect(broker.store.topics().map(({ name }) => name)).toEqual(['__transaction_state']);
});

test('what cannot be asked', async () => {
  const { client } = await rig();
  const nothing = { producerId: -1, producerEpoch: -1 };
  expect(await init(client, '')).toEqual({ error: 'INVALID_REQUEST', ...nothing });
  for (const timeoutMs of [0, -1, 900_001])
    expect(await init(client, 'a', { timeoutMs })).toEqual({ error: 'INVALID_TRANSACTION_TIMEOUT', ...nothing });
  expect(await init(client, 'a', { producerId: 4 })).toEqual({ error: 'INVALID_REQUEST', ...nothing });
  expect(await init(client, null, { producerEpoch: 4 })).toEqual({ error: 'INVALID_REQUEST', ...nothing });
});

test('KIP-360: who goes on is fenced when another one has come, by a code that its version knows', async () => {
  const { client } = await rig();
  const { error: _error, ...mine } = await init(client, 'a');
  expect(await init(client, 'a', mine)).toEqual({ error: 'NONE', ...mine, producerEpoch: 1 });
  await init(client, 'a');
  expect((await init(client, 'a', { ...mine, version: 3 })).error).toBe('INVALID_PRODUCER_EPOCH');
  expect((await init(client, 'a', { ...mine, version: 4 })).error).toBe('PRODUCER_FENCED');
});
