import { describe, expect, test } from 'vitest';
import { choice, configText, decimal, flag, list, replicaList, whole } from '#millrace/store/config-value.js';

const LONG_MAX = '9223372036854775807';

function table(definition: { parse(input: unknown): unknown }, cases: readonly (readonly [unknown, unknown])[]): void {
  test.each(cases)('%o is %o', (input, value) => {
    expect(definition.parse(input)).toBe(value);
  });
}

describe('a bounded whole number', () => {
  table(whole({ default: 5, min: 0, max: 100 }), [
    [0, 0],
    [100, 100],
    ['7', 7],
    [' +7 ', 7],
    [-1, null],
    [101, null],
    [LONG_MAX, null],
    [1.5, null],
    ['1.5', null],
    ['1e2', null],
    ['', null],
    ['seven', null],
    [NaN, null],
    [Infinity, null],
    [true, null],
    [{}, null],
    [[5], null],
    [5n, null],
  ]);
});

describe('a long', () => {
  table(whole({ default: 5, min: -1 }), [
    [-1, -1],
    ['-1', -1],
    ['-2', null],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['9007199254740993', Number.MAX_SAFE_INTEGER],
    [LONG_MAX, Number.MAX_SAFE_INTEGER],
    ['9223372036854775808', null],
    ['-9223372036854775808', null],
    [2 ** 60, null],
  ]);
});

describe('a decimal', () => {
  table(decimal({ default: 0.5, min: 0, max: 1 }), [
    [0.25, 0.25],
    ['0.25', 0.25],
    ['.5', 0.5],
    ['1e-1', 0.1],
    [1.01, null],
    ['', null],
    ['0x1', null],
    [NaN, null],
  ]);
});

describe('a flag', () => {
  table(flag({ default: true }), [
    [true, true],
    [false, false],
    ['TRUE', true],
    [' false ', false],
    [1, null],
    ['yes', null],
    ['', null],
  ]);
  table(flag({ default: false, only: false }), [
    [false, false],
    [true, null],
    ['true', null],
  ]);
});

describe('a choice', () => {
  table(choice({ default: 'a', values: ['a', 'b'] }), [
    ['a', 'a'],
    [' b ', 'b'],
    ['A', null],
    ['c', null],
    [0, null],
  ]);
});

describe('a list', () => {
  table(list({ default: 'a', values: ['a', 'b'] }), [
    ['a', 'a'],
    ['b , a', 'b,a'],
    [['a', 'b'], 'a,b'],
    ['', ''],
    [[], ''],
    ['a,a', null],
    ['a,', null],
    ['a,c', null],
    [['a', 1], null],
    [7, null],
  ]);
});

describe('a list of replicas', () => {
  table(replicaList(), [
    ['', ''],
    ['*', '*'],
    ['0:1,1:2', '0:1,1:2'],
    [['0:1'], '0:1'],
    ['*,0:1', null],
    ['0', null],
  ]);
});

test.each([
  [0, '0.0'],
  [0.5, '0.5'],
  [1, '1.0'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [9_999_999, '9999999.0'],
  [1e7, '1.0E7'],
  [52_428_800, '5.24288E7'],
  [Number.MAX_VALUE, '1.7976931348623157E308'],
])('a double of %d is shown as Java does: %s', (value, text) => {
  expect(configText(value, 'double')).toBe(text);
});
