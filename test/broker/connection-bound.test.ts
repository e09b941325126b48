import { expect, test } from 'vitest';
import { ConnectionBound } from '#millrace/broker/connection-bound.js';
import { rig } from './broker-fixture.ts';

const [A, B] = ['10.0.0.1', '10.0.0.2'];

test('so many of all, and so many from one address', () => {
  const bound = new ConnectionBound({ most: 3, mostPerAddress: 2, perAddress: '' });
  expect([bound.take(A), bound.take(A), bound.take(A)]).toEqual([true, true, false]);
  expect([bound.take(B), bound.take(B)]).toEqual([true, false]);
  expect(bound.count).toBe(3);
  bound.release(A);
  expect([bound.take(B), bound.take(A)]).toEqual([true, false]);
});

test('some addresses have a bound of their own, also as IPv6 shows them', () => {
  const bound = new ConnectionBound({ most: 9, mostPerAddress: 1, perAddress: `${A}:2,::1:0` });
  expect([bound.take(`::ffff:${A}`), bound.take(`::ffff:${A}`), bound.take(`::ffff:${A}`)]).toEqual([
    true,
    true,
    false,
  ]);
  expect(bound.take('::1')).toBe(false);
  expect(() => new ConnectionBound({ most: 9, mostPerAddress: 1, perAddress: 'x' })).toThrow(/address:count/);
});

test('other bounds are for those that come', () => {
  const bound = new ConnectionBound({ most: 9, mostPerAddress: 9, perAddress: '' });
  expect([bound.take(A), bound.take(A), bound.take(B)]).toEqual([true, true, true]);
  const change = bound.changeTo({ most: 4, mostPerAddress: 1, perAddress: `${B}:3` });
  expect(bound.take(A)).toBe(true);
  bound.release(A);
  change();
  expect([bound.take(A), bound.take(B), bound.take(B), bound.count]).toEqual([false, true, false, 4]);
  expect(() => bound.changeTo({ most: 4, mostPerAddress: 1, perAddress: 'x' })).toThrow(/address:count/);
});

test('what was not counted is not counted down', () => {
  const bound = new ConnectionBound({ most: 1, mostPerAddress: 1, perAddress: '' });
  bound.release(A);
  expect(bound.count).toBe(0);
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
