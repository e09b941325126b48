import { expect, test } from 'vitest';
import { FakeClock } from '../../support/fake-clock.ts';
import { rig } from '../broker-fixture.ts';
import { TransactionalClient } from '../transactional-client.ts';

async function open(options: { readonly clock?: FakeClock } = {}) {
  const opened = await rig(options);
  await opened.broker.store.createTopic('t');
  const producer = new TransactionalClient(opened.client, 'a');
  await producer.init();
  return { ...opened, producer, log: opened.broker.store.partition('t', 0) };
}

test.each([0, 1, 2, 3, 4])('commits and aborts, version %i: the epoch stays', async (version) => {
  const { producer, log } = await open();
  const { identity } = producer;
  await producer.add(1, [['t', 0]]);
  expect(await producer.send(0)).toBe(0);
  expect(log.lastStableOffset).toBe(0);
  expect(await producer.end('commit', version)).toBe('NONE');
  // Whoever is answered reads what was committed.
  expect([log.lastStableOffset, log.endOffset]).toEqual([2, 2]);
  expect(await producer.end('commit', version)).toBe('NONE');
  expect(await producer.end('abort', version)).toBe('INVALID_TXN_STATE');
  await producer.add(1, [['t', 0]]);
  expect(await producer.send(1)).toBe(2);
  expect(await producer.end('abort', version)).toBe('NONE');
  expect(log.abortedTransactions(0, 4)).toMatchObject([{ firstOffset: 2 }]);
  expect(producer.identity).toEqual(identity);
});

test('of version 5 it gives the next epoch, and a repetition gives it again (KIP-890)', async () => {
  const { producer, log } = await open();
  const { producerId, producerEpoch: first } = producer.identity;
  await producer.send(0, { version: 12 });
  expect(await producer.end('commit', 5)).toBe('NONE');
  const next = { producerId, producerEpoch: first + 1 };
  expect(producer.identity).toEqual(next);
  producer.identity = { producerId, producerEpoch: first };
  expect(await producer.end('abort', 5)).toBe('INVALID_TXN_STATE');
  expect(await producer.end('commit', 5)).toBe('NONE');
  expect(producer.identity).toEqual(next);
  // An abort of nothing gives one too, and does not fence its own producer (KAFKA-18464).
  expect(await producer.end('abort', 5)).toBe('NONE');
  expect(producer.identity.producerEpoch).toBe(first + 2);
  expect(await producer.end('commit', 5)).toBe('INVALID_TXN_STATE');
  expect(await producer.send(0, { version: 12 })).toBe(2);
  expect(log.endOffset).toBe(3);
});

test('who may not, and how a client of its version is told', async () => {
  const { client, producer } = await open();
  await producer.add(1, [['t', 0]]);
  const zombie = new TransactionalClient(client, 'a');
  zombie.identity = producer.identity;
  await producer.init();
  expect(await zombie.end('commit', 1)).toBe('INVALID_PRODUCER_EPOCH');
  for (const version of [2, 4, 5]) expect(await zombie.end('commit', version)).toBe('PRODUCER_FENCED');
  expect(await new TransactionalClient(client, 'unknown').end('commit')).toBe('INVALID_PRODUCER_ID_MAPPING');
  expect(await new TransactionalClient(client, '').end('commit')).toBe('INVALID_REQUEST');
});

test('a transaction that is out of time is aborted, and its producer is told so', async () => {
  const clock = new FakeClock(Date.now());
  const { producer, log } = await open({ clock });
  await producer.init({ timeoutMs: 1_000 });
  await producer.add(3, [['t', 0]]);
  expect(await producer.send(0)).toBe(0);
  clock.advance(20_000);
  await expect.poll(() => log.lastStableOffset).toBe(2);
  expect(await producer.send(1)).toBe('INVALID_PRODUCER_EPOCH');
  expect(await producer.end('commit')).toBe('PRODUCER_FENCED');
  expect(await producer.init()).toBe('NONE');
});
