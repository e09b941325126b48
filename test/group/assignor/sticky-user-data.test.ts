import { expect, test } from 'vitest';
import {
  cooperativeOwnership,
  encodeCooperativeUserData,
  encodeStickyUserData,
  stickyOwnership,
} from '#millrace/group/assignor/sticky-user-data.js';
import { member, partitionsOf } from './groups.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const lastAssignment = { partitions: partitionsOf('t-1 t-2'), generationId: 5 };
const partitions = ['00000001', '000174', '00000002', '00000001', '00000002'].join('');
const owned = (userData: Uint8Array | null) => stickyOwnership(member('t', { userData, owned: 't-9', generation: 9 }));

test('sticky: what was assigned last and in which generation, byte by byte', () => {
  expect(encodeStickyUserData({ topics: [], lastAssignment })?.toString('hex')).toBe([partitions, '00000005'].join(''));
  expect(encodeStickyUserData({ topics: [], lastAssignment: null })).toBe(null);
  expect(owned(hex([partitions, '00000005'].join('')))).toEqual(lastAssignment);
});

test('sticky: the subscription itself is not asked, and says nothing of a generation where there are no bytes', () => {
  expect(owned(null)).toEqual({ partitions: [], generationId: null });
  expect(owned(hex(''))).toEqual({ partitions: [], generationId: null });
});

test('sticky: the first version had no generation; what follows is passed over', () => {
  expect(owned(hex(partitions))).toEqual({ ...lastAssignment, generationId: null });
  expect(owned(hex([partitions, '0000'].join('')))).toEqual({ ...lastAssignment, generationId: null });
  expect(owned(hex([partitions, '00000005', 'abcd'].join('')))).toEqual(lastAssignment);
});

test('sticky: bytes that cannot be read mean that the member owned nothing', () => {
  for (const bytes of ['00', 'ffffffff', '7fffffff', partitions.slice(0, -2)]) {
    expect(owned(hex(bytes)), bytes).toEqual({ partitions: [], generationId: -1 });
  }
});

test('cooperative: the generation alone, and only for leaders that do not find it in the subscription', () => {
  expect(encodeCooperativeUserData({ topics: [], lastAssignment }).toString('hex')).toBe('00000005');
  expect(encodeCooperativeUserData({ topics: [], lastAssignment: null }).toString('hex')).toBe('ffffffff');
  const generationOf = (generation: number, userData: string | null) =>
    cooperativeOwnership(member('t', { generation, userData: userData === null ? null : hex(userData), owned: 't-1' }));
  const its = { partitions: partitionsOf('t-1') };
  expect(generationOf(7, '00000005')).toEqual({ ...its, generationId: 7 });
  expect(generationOf(-1, '00000005')).toEqual({ ...its, generationId: 5 });
  expect(generationOf(-1, null)).toEqual({ ...its, generationId: null });
  expect(generationOf(-1, '0000')).toEqual({ ...its, generationId: -1 });
});
