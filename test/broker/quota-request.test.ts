import { expect, test } from 'vitest';
import { changeOf, entityFilter, entityOf, partsOf } from '#millrace/broker/quota-request.js';

const part = (entityType: string, entityName: string | null) => ({ entityType, entityName });
const set = (key: string, value: number, remove = false) => ({ key, value, remove });

test('entities', () => {
  const parts = [part('user', 'alice'), part('client-id', null)];
  expect(entityOf(parts)).toEqual({ user: 'alice', clientId: null });
  expect(partsOf(entityOf(parts))).toEqual(parts);
  for (const wrong of [[], [part('ip', '::1')], [part('user', '')], [part('user', 'a'), part('user', 'b')]])
    expect(() => entityOf(wrong)).toThrow(/entity|Empty/);
});

test('changes', () => {
  expect(changeOf([set('producer_byte_rate', 5), set('consumer_byte_rate', 0, true)])).toEqual({
    producer_byte_rate: 5,
    consumer_byte_rate: null,
  });
  for (const wrong of [
    [set('request_percentage', 5)],
    [set('producer_byte_rate', 0)],
    [set('producer_byte_rate', 1.5)],
    [set('producer_byte_rate', Number.NaN)],
    [set('producer_byte_rate', 1), set('producer_byte_rate', 2)],
  ])
    expect(() => changeOf(wrong)).toThrow(/Unknown|greater|whole|twice/);
});

test('filters', () => {
  const entities = [{ user: 'alice' }, { user: null }, { user: 'alice', clientId: 'x' }, { clientId: 'x' }];
  const found = (components: [string, number, string | null][], isStrict: boolean) => {
    const fits = entityFilter(
      components.map(([entityType, matchType, match]) => ({ entityType, matchType, match })),
      isStrict,
    );
    return entities.flatMap((entity, i) => (fits(entity) ? [i] : []));
  };
  expect(found([], false)).toEqual([0, 1, 2, 3]);
  expect(found([['user', 0, 'alice']], false)).toEqual([0, 2]);
  expect(found([['user', 0, 'alice']], true)).toEqual([0]);
  expect(found([['user', 1, null]], false)).toEqual([1]);
  expect(found([['user', 2, null]], true)).toEqual([0, 1]);
  expect(found([['ip', 2, null]], false)).toEqual([]);
  expect(found([['ip', 1, null]], true)).toEqual([]);
  const withUser = [
    ['ip', 2, null],
    ['user', 2, null],
  ] as [string, number, null][];
  expect(() => found(withUser, false)).toThrow(/IP filter/);
  for (const wrong of [
    ['zone', 2, null],
    ['ip', 3, null],
    ['user', 3, null],
    ['user', 0, null],
    ['user', 2, 'x'],
  ] as const)
    expect(() => found([[...wrong]], false)).toThrow(/supported|match/);
});
