import { expect, test } from 'vitest';
import {
  bool,
  int,
  inTopicUnits,
  list,
  long,
  oneOf,
  optionalInt,
  password,
  text,
  topicDefault,
} from '#millrace/broker/config/config-kind.js';

const documentation = 'A setting.';

test('numbers in their bounds, as numbers or as text', () => {
  const whole = int({ default: 5, min: 1, documentation });
  expect([1, '7', ' 8 ', 0, '0', 0x8000_0000, 1.5, 'x', true, null].map((input) => whole.parse(input))).toEqual([
    1,
    7,
    8,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
  const never = long({ default: 5, min: -1, documentation });
  expect(never.parse('9223372036854775807')).toBe(Number.MAX_SAFE_INTEGER);
  expect(never.type).toBe('long');
  const bounded = long({ default: 5, min: 0, max: 10, documentation });
  expect([bounded.parse(10), bounded.parse(11)]).toEqual([10, null]);
  expect(bounded.expected).toBe('a whole number from 0 to 10');
  expect(optionalInt({ min: 0, documentation })).toMatchObject({ default: null, type: 'int' });
});

test('flags, choices, text, lists', () => {
  const flag = bool({ default: true, documentation });
  expect([true, 'FALSE', 'no', 1].map((input) => flag.parse(input))).toEqual([true, false, null, null]);
  expect(oneOf({ default: 'a', values: ['a', 'b'], documentation }).parse('c')).toBeNull();
  expect(text({ default: '', documentation }).parse(' x ')).toBe('x');
  expect(text({ default: '', documentation }).parse(5)).toBeNull();
  const names = list({ default: '', documentation });
  expect([' a , b,', ['a', 'b '], '', ['a', 5], 7].map((input) => names.parse(input))).toEqual([
    'a,b',
    'a,b',
    '',
    null,
    null,
  ]);
});

test('a password has a type of its own, by which it is hidden', () => {
  expect(password({ documentation })).toMatchObject({ type: 'password', default: null, obeyed: true });
  expect(password({ documentation }).parse('secret')).toBe('secret');
});

test('obeyed, unless it says otherwise', () => {
  expect(int({ default: 1, min: 0, documentation }).obeyed).toBe(true);
  expect(int({ default: 1, min: 0, documentation, obeyed: false }).obeyed).toBe(false);
});

test('the default of a setting of topics has its bounds, in its own unit', () => {
  const bytes = topicDefault('segment.bytes');
  expect(bytes).toMatchObject({
    type: 'int',
    default: 1_073_741_824,
    obeyed: true,
    topic: { name: 'segment.bytes', unit: 1 },
  });
  expect([bytes.parse('1024'), bytes.parse(1)]).toEqual([1024, null]);
  const hours = topicDefault('segment.ms', { unit: 3_600_000 });
  expect(hours).toMatchObject({ type: 'int', default: null });
  expect([hours.parse('24'), hours.parse(0), hours.parse(-1), hours.parse('x')]).toEqual([24, null, null, null]);
  expect(topicDefault('retention.ms', { unit: 60_000 }).parse(-1)).toBe(-1);
  expect([inTopicUnits(2, 60_000), inTopicUnits(-1, 60_000), inTopicUnits('x', 1)]).toEqual([120_000, -1, 'x']);
  expect(topicDefault('min.insync.replicas').obeyed).toBe(false);
});
