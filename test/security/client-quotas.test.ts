import { expect, test } from 'vitest';
import { ClientQuotas, type QuotaEntity } from '#millrace/security/client-quotas.js';
import { FakeClock } from '../support/fake-clock.ts';

const invalid = expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });

function quotas(clientsMax?: number): { quotas: ClientQuotas; clock: FakeClock } {
  const clock = new FakeClock();
  return { clock, quotas: new ClientQuotas({ clock, clientsMax }) };
}

const client = (user: string, clientId: string): { user: string; clientId: string } => ({ user, clientId });

test('without a quota nobody waits, and nothing is remembered', () => {
  const { quotas: none } = quotas();
  expect(none.record(client('alice', 'a'), 1e12)).toBe(0);
  expect(none.bytesMax(client('alice', 'a'))).toBe(Infinity);
  none.unrecord(client('alice', 'a'), 5);
  none.set({ user: 'bob' }, 100);
  expect(none.record(client('alice', 'a'), 1e12)).toBe(0);
  expect(none.clientCount).toBe(0);
});

test('of the quotas that fit the first holds', () => {
  const { quotas: all } = quotas();
  // In the order of ClientQuotaManager; each is set after the one below it, and is seen at once.
  const order: QuotaEntity[] = [
    { user: 'alice', clientId: 'app' },
    { user: 'alice', clientId: null },
    { user: 'alice' },
    { user: null, clientId: 'app' },
    { user: null, clientId: null },
    { user: null },
    { clientId: 'app' },
    { clientId: null },
  ];
  for (const [i, entity] of [...order.entries()].toReversed()) {
    all.set(entity, i + 1);
    expect(all.bytesMax(client('alice', 'app'))).toBe((i + 1) * 10);
  }
  expect(all.list()).toHaveLength(8);
  expect(all.bytesMax(client('alice', 'other'))).toBe(20);
  expect(all.bytesMax(client('bob', 'app'))).toBe(40);
  expect(all.bytesMax(client('bob', 'other'))).toBe(50);
  // An empty id has no quota of an id's.
  expect(all.bytesMax(client('alice', ''))).toBe(30);
  expect(all.bytesMax(client('bob', ''))).toBe(60);
  for (const [i, entity] of order.entries()) {
    all.set(entity, null);
    expect(all.bytesMax(client('alice', 'app'))).toBe(i === 7 ? Infinity : (i + 2) * 10);
  }
  all.set({ clientId: null }, 5);
  expect(all.bytesMax(client('alice', ''))).toBe(Infinity);
});

test('names that look like a default are names', () => {
  const { quotas: all } = quotas();
  all.set({ user: '*', clientId: '-' }, 1);
  expect(all.bytesMax(client('alice', '-'))).toBe(Infinity);
  expect(all.bytesMax(client('*', 'x'))).toBe(Infinity);
  expect(all.bytesMax(client('*', '-'))).toBe(10);
  all.set({ user: 'a1:b', clientId: 'c' }, 2);
  expect(all.bytesMax(client('a', 'bc'))).toBe(Infinity);
});

test.each<[string, QuotaEntity, [string, string], [string, string], boolean]>([
  ['a user', { user: 'alice' }, ['alice', 'a'], ['alice', 'b'], true],
  ['any user', { user: null }, ['alice', 'a'], ['alice', 'b'], true],
  ['any user, two of them', { user: null }, ['alice', 'a'], ['bob', 'a'], false],
  ['a client id', { clientId: 'a' }, ['alice', 'a'], ['bob', 'a'], true],
  ['any client id', { clientId: null }, ['alice', 'a'], ['bob', 'a'], true],
  ['any client id, two of them', { clientId: null }, ['alice', 'a'], ['alice', 'b'], false],
  ['any user and client id', { user: null, clientId: null }, ['alice', 'a'], ['bob', 'a'], false],
  ['a user and any client id', { user: 'alice', clientId: null }, ['alice', 'a'], ['alice', 'b'], false],
])('a quota for %s', (_what, entity, first, second, isShared) => {
  const { quotas: all } = quotas();
  all.set(entity, 100);
  expect(all.record(client(...first), 1000)).toBe(0);
  expect(all.record(client(...second), 1000) > 0).toBe(isShared);
});

test('throttle times, and what brings them down', () => {
  const { quotas: all, clock } = quotas();
  all.set({ user: 'alice' }, 500);
  const alice = client('alice', 'app');
  expect(all.record(alice, 6000)).toBe(2000);
  all.unrecord(alice, 1000);
  expect(all.record(alice, 0)).toBe(0);
  expect(all.record(alice, 500)).toBe(1000);
  clock.advance(500);
  // 5,500 bytes in 10.5 s.
  expect(all.record(alice, 0)).toBe(500);
  // Another quota counts at once, with what was moved before.
  all.set({ user: 'alice' }, 250);
  expect(all.record(alice, 0)).toBe(11_500);
  all.set({ user: 'alice' }, 5000);
  expect(all.record(alice, 0)).toBe(0);
  clock.advance(60_000);
  all.set({ user: 'alice' }, 100);
  expect(all.record(alice, 1000)).toBe(0);
});

test('the number of clients that are remembered is bounded: the longest unused goes', () => {
  const { quotas: all } = quotas(3);
  all.set({ clientId: null }, 100);
  for (const id of ['a', 'b', 'c']) expect(all.record(client('x', id), 1000)).toBe(0);
  // Used again: b is the oldest now.
  expect(all.record(client('x', 'a'), 1)).toBeGreaterThan(0);
  expect(all.record(client('x', 'd'), 1000)).toBe(0);
  expect(all.clientCount).toBe(3);
  expect(all.record(client('x', 'a'), 1)).toBeGreaterThan(0);
  expect(all.record(client('x', 'b'), 1000)).toBe(0);
  for (let i = 0; i < 100; i++) all.record(client('x', `churn ${i}`), 1);
  expect(all.clientCount).toBe(3);
});

test('what is no quota is refused', () => {
  const { quotas: all } = quotas();
  for (const entity of [{}, { user: '' }, { clientId: '' }]) expect(() => all.set(entity, 1)).toThrow(invalid);
  for (const bound of [0, -1, NaN]) expect(() => all.set({ user: 'a' }, bound)).toThrow(invalid);
  expect(all.list()).toEqual([]);
});
