import { expect, test } from 'vitest';
import { memberIdOf } from '#millrace/group/member-id.js';

const UUID = '01234567-89ab-cdef-0123-456789abcdef';

test('a member is known again by what its client calls itself', () => {
  expect(memberIdOf('billing', UUID)).toBe(`billing-${UUID}`);
});

test.each(['c', 'é', '消', '🧺', '\ufffd', '\ud800'])(
  'a long name of "%s" is cut to what there is room for',
  (character) => {
    const id = memberIdOf(character.repeat(32_767), UUID);
    expect(id.endsWith(`${character}-${UUID}`)).toBe(true);
    expect(Buffer.byteLength(id)).toBeLessThanOrEqual(32_767);
    expect(Buffer.byteLength(id)).toBeGreaterThan(32_767 - 4);
  },
);
