import { expect, test } from 'vitest';
import { listTransactions } from '#millrace/protocol/apis/66-list-transactions.js';
import { FakeClock } from '../../support/fake-clock.ts';
import { rig } from '../broker-fixture.ts';
import { nameOf, TransactionalClient } from '../transactional-client.ts';

test('those that are wanted', async () => {
  const clock = new FakeClock();
  const { broker, client } = await rig({ clock });
  const ask = async (version: number, filter: object = {}) => {
    const request = { stateFilters: [], producerIdFilters: [], ...filter };
    const { errorCode, unknownStateFilters, transactionStates } = await client.ask(listTransactions, version, request);
    if (errorCode !== 0) return nameOf(errorCode);
    return [...transactionStates.map(({ transactionalId }) => transactionalId).sort(), ...unknownStateFilters];
  };
  expect(await ask(0)).toEqual([]);
  expect(broker.store.topics()).toEqual([]);
  await broker.store.createTopic('t');
  const producers = ['a-1', 'a-2', 'b'].map((id) => new TransactionalClient(client, id));
  for (const producer of producers) await producer.init();
  await producers[0].add(3, [['t', 0]]);
  clock.advance(1_000);
  await producers[1].add(3, [['t', 0]]);
  for (const version of [0, 1, 2]) expect(await ask(version)).toEqual(['a-1', 'a-2', 'b']);
  expect(await ask(0, { stateFilters: ['Empty'] })).toEqual(['b']);
  expect(await ask(0, { stateFilters: ['Ongoing', 'Sleepy'] })).toEqual(['a-1', 'a-2', 'Sleepy']);
  expect(await ask(0, { producerIdFilters: [producers[1].identity.producerId] })).toEqual(['a-2']);
  expect(await ask(1, { stateFilters: ['Ongoing'], durationFilter: 500 })).toEqual(['a-1']);
  expect(await ask(2, { transactionalIdPattern: 'a-.' })).toEqual(['a-1', 'a-2']);
  expect(await ask(2, { transactionalIdPattern: '' })).toEqual(['a-1', 'a-2', 'b']);
  expect(await ask(2, { transactionalIdPattern: 'a-(' })).toBe('INVALID_REGULAR_EXPRESSION');
});
