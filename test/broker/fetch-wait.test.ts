import { expect, test } from 'vitest';
import type { BrokerContext } from '#millrace/broker/broker-context.js';
import { Access } from '#millrace/broker/access.js';
import { waitForNews } from '#millrace/broker/fetch-wait.js';
import type { Clock } from '#millrace/clock.js';
import { FakeClock } from '../support/fake-clock.ts';
import { rig } from './broker-fixture.ts';

async function setUp() {
  const clock = new FakeClock(Date.now());
  const { broker } = await rig({ clock });
  await broker.store.createTopic('t', { partitions: 2 });
  const context = { store: broker.store, clock: clock as Clock } as BrokerContext;
  const asked = [0, 1].map((partition) => ({
    topic: 't',
    topicId: '',
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: 0,
    partitionMaxBytes: 1,
  }));
  const gone = new AbortController();
  const reading = {
    broker: context,
    access: Access.full,
    usesIds: false,
    maxBytes: 1,
    minBytes: 1,
    isCommitted: false,
  };
  const begin = (ends = [0, 0]) => waitForNews(reading, { asked, ends, waitMs: 500, signal: gone.signal });
  for (const partition of [0, 1]) broker.store.partition('t', partition);
  return { broker, clock, gone, begin, idle: clock.scheduled };
}

test('an append to any of them ends it, and nothing is left', async () => {
  const { broker, clock, begin, idle } = await setUp();
  const waiting = begin();
  expect(clock.scheduled).toBe(idle + 1);
  broker.store.partition('t', 1).append([{ value: 'x' }]);
  expect(await waiting).toBe(true);
  expect(clock.scheduled).toBe(idle);
});

test('what has come since the look ends it at once', async () => {
  const { broker, clock, begin, idle } = await setUp();
  broker.store.partition('t', 1).append([{ value: 'x' }]);
  expect(await begin()).toBe(true);
  expect(clock.scheduled).toBe(idle);
  void begin([0, 1]);
  expect(clock.scheduled).toBe(idle + 1);
});

test('the time ends it', async () => {
  const { clock, begin } = await setUp();
  const waiting = begin();
  clock.advance(500);
  expect(await waiting).toBe(false);
});

test('a client that is gone ends it, also one that was gone before', async () => {
  const { clock, gone, begin, idle } = await setUp();
  const waiting = begin();
  gone.abort();
  expect(await waiting).toBe(false);
  expect(await begin()).toBe(false);
  expect(clock.scheduled).toBe(idle);
});

test('a topic that is deleted ends it', async () => {
  const { broker, begin } = await setUp();
  const waiting = begin();
  await broker.store.deleteTopic('t');
  expect(await waiting).toBe(true);
});
