import { expect, test } from 'vitest';
import { ConnectionBound } from '#millrace/broker/connection-bound.js';
import { rig } from './broker-fixture.ts';

const [A, B] = ['10.0.0.1', '10.0.0.2'];
const L = 'PLAINTEXT';
const mostOf = (): number => 9;

test('so many of all, and so many from one address', () => {
  const bound = new ConnectionBound({ most: 3, mostOf, mostPerAddress: 2, perAddress: '' });
  expect([bound.take(L, A), bound.take(L, A), bound.take(L, A)]).toEqual([true, true, false]);
  expect([bound.take(L, B), bound.take(L, B)]).toEqual([true, false]);
  expect(bound.count).toBe(3);
  bound.release(L, A);
  expect([bound.take(L, B), bound.take(L, A)]).toEqual([true, false]);
});

test('some addresses have a bound of their own, also as IPv6 shows them', () => {
  const bound = new ConnectionBound({ most: 9, mostOf, mostPerAddress: 1, perAddress: `${A}:2,::1:0` });
  expect([bound.take(L, `::ffff:${A}`), bound.take(L, `::ffff:${A}`), bound.take(L, `::ffff:${A}`)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(bound.take(L, '::1')).toBe(false);
  expect(() => new ConnectionBound({ most: 9, mostOf, mostPerAddress: 1, perAddress: 'x' })).toThrow(/address:count/);
});

test('other bounds are for those that come', () => {
  const bound = new ConnectionBound({ most: 9, mostOf, mostPerAddress: 9, perAddress: '' });
  expect([bound.take(L, A), bound.take(L, A), bound.take(L, B)]).toEqual([true, true, true]);
  const change = bound.changeTo({ most: 4, mostOf, mostPerAddress: 1, perAddress: `${B}:3` });
  expect(bound.take(L, A)).toBe(true);
  bound.release(L, A);
  change();
  expect([bound.take(L, A), bound.take(L, B), bound.take(L, B), bound.count]).toEqual([false, true, false, 4]);
  expect(() => bound.changeTo({ most: 4, mostOf, mostPerAddress: 1, perAddress: 'x' })).toThrow(/address:count/);
});

test('a listener has its own bound, within that of all', () => {
  const mostOfSome = (listener: string): number => (listener === 'ADMIN' ? 1 : 3);
  const bound = new ConnectionBound({ most: 3, mostOf: mostOfSome, mostPerAddress: 9, perAddress: '' });
  expect([bound.take('ADMIN', A), bound.take('ADMIN', B), bound.take(L, A), bound.take(L, A)]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  bound.release('ADMIN', A);
  expect([bound.take(L, A), bound.take('ADMIN', A)]).toEqual([true, false]);
});

test('a broker obeys it, and takes another one when one has gone', async () => {
  const { broker, client, connect } = await rig({ config: { 'max.connections.per.ip': 1 } });
  const refused = await connect();
  await refused.closed;
  client.close();
  await expect.poll(() => broker.listeners[0].statistics.connections).toBe(0);
  const other = await connect();
  await expect.poll(() => broker.listeners[0].statistics.connections).toBe(1);
  expect(other.socket.destroyed).toBe(false);
});
