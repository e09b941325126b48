import { expect, test } from 'vitest';
import { ownProtocols, sameProtocols } from '#millrace/group/member-protocols.js';

const range = { name: 'range', metadata: Buffer.from('r') };
const sticky = { name: 'sticky', metadata: Buffer.from('s') };

test('protocols are the same by names, subscriptions and order', () => {
  expect(sameProtocols([range, sticky], [{ ...range, metadata: new Uint8Array(range.metadata) }, sticky])).toBe(true);
  expect(sameProtocols([range, sticky], [sticky, range])).toBe(false);
  expect(sameProtocols([range], [range, sticky])).toBe(false);
  expect(sameProtocols([range], [{ ...range, metadata: Buffer.from('other') }])).toBe(false);
  expect(sameProtocols([range], [{ ...range, name: 'other' }])).toBe(false);
});

test('what is kept is each name once, in bytes that nobody else writes', () => {
  const metadata = Buffer.from('r');
  const own = ownProtocols([{ name: 'range', metadata }, sticky, { name: 'range', metadata: Buffer.from('second') }]);
  metadata.fill(0);
  expect(own.map(({ name, metadata: bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([
    ['range', 'r'],
    ['sticky', 's'],
  ]);
});
