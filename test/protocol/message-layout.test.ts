import { expect, test } from 'vitest';
import { array, bool, bytes, int16, int32, int64, records, string, struct, uuid } from '#millrace/protocol/field.js';
import { defaultOf, fixedSizes, isDefault, layoutOf, type Slot } from '#millrace/protocol/message-layout.js';

const fields = {
  name: string({ until: 2 }),
  topicId: uuid({ since: 3 }),
  error: string({ nullableSince: 2 }),
  partitions: array({ index: int32(), offset: int64({ default: -1 }) }, { nullableSince: 0 }),
  leader: struct({ id: int32({ default: -1 }), host: string() }, { since: 3, tag: 1 }),
  isInternal: bool({ since: 3, tag: 0 }),
};
const names = (slots: readonly Slot[]): string[] => slots.map(({ name }) => name);

test('each version has its fields, in the order of the schema', () => {
  const [two, three] = [layoutOf(fields, 2, false), layoutOf(fields, 3, true)];
  expect(names(two.wire)).toEqual(['name', 'error', 'partitions']);
  expect(names(three.wire)).toEqual(['topicId', 'error', 'partitions']);
  expect([names(two.tagged), names(three.tagged)]).toEqual([[], ['isInternal', 'leader']]);
  expect(names(two.slots)).toEqual(Object.keys(fields));
});

test('what may be null depends on the version', () => {
  const nullable = (version: number): boolean[] => layoutOf(fields, version, false).wire.map((slot) => slot.isNullable);
  expect([nullable(1), nullable(2)]).toEqual([
    [false, false, true],
    [false, true, true],
  ]);
});

test('the least that it takes on the wire bounds what a count can claim', () => {
  expect(layoutOf(fields, 2, false).sizeMin).toBe(2 + 2 + 4);
  expect(layoutOf(fields, 3, true).sizeMin).toBe(16 + 1 + 1 + 1);
  expect(layoutOf(fields, 2, false).wire[2].element!.sizeMin).toBe(12);
  expect(layoutOf(fields, 3, true).wire[2].element!.sizeMin).toBe(13);
  const cursor = layoutOf(
    { cursor: struct({ at: int64() }, { nullableSince: 0 }), bare: struct({ at: int64() }) },
    0,
    true,
  );
  expect(cursor.wire.map(({ sizeMin }) => sizeMin)).toEqual([1, 9]);
  expect(Object.values(fixedSizes).every((size) => size > 0)).toBe(true);
});

test('defaults: what is written, null where that can be, or nothing', () => {
  const { slots } = layoutOf({ ...fields, raw: bytes(), code: int16({ default: 7 }) }, 3, true);
  expect(slots.map((slot) => defaultOf(slot))).toEqual([
    '',
    'AAAAAAAAAAAAAAAAAAAAAA',
    null,
    null,
    { id: -1, host: '' },
    false,
    Buffer.alloc(0),
    7,
  ]);
});

test('a tagged field at its default need not be written', () => {
  const [isInternal, leader] = layoutOf(fields, 3, true).tagged;
  const list = layoutOf({ list: array(int32(), { tag: 0 }), raw: bytes({ tag: 1 }) }, 0, true).tagged;
  const defaults = [isDefault(isInternal, false), isDefault(leader, {}), isDefault(leader, { id: -1, host: '' })];
  expect([...defaults, isDefault(list[0], []), isDefault(list[1], Buffer.alloc(0))]).toEqual(Array(5).fill(true));
  const others = [
    isDefault(isInternal, true),
    isDefault(leader, { id: 0 }),
    isDefault(leader, { host: 'a' }),
    isDefault(leader, null),
  ];
  expect([...others, isDefault(list[0], [0]), isDefault(list[0], 'x'), isDefault(list[1], Buffer.alloc(1))]).toEqual(
    Array(7).fill(false),
  );
});

test('a schema that cannot be is a bug of ours', () => {
  expect(() => layoutOf({ 'a b': int32() }, 0, false)).toThrow('a field of the name a b');
  expect(() => layoutOf({ a: int32({ tag: 0 }) }, 0, false)).toThrow('before the first flexible version');
  expect(() => layoutOf({ a: records({ tag: 0 }) }, 0, true)).toThrow('a tagged field of records');
  let nested = struct({ a: int32() });
  for (let i = 0; i < 9; i++) nested = struct({ nested }) as unknown as typeof nested;
  expect(() => layoutOf({ nested }, 0, false)).toThrow('nests deeper than 8');
});
