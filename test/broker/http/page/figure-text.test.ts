import { expect, test } from 'vitest';
import {
  bytesText,
  countText,
  durationText,
  millisecondsText,
  wholeText,
} from '#millrace/broker/http/page/figure-text.js';

test('three digits and a unit', () => {
  expect([0, 1, 999, 1023, 1023.9, 1024, 1536, 10_240, 1_048_575, 5 * 2 ** 40].map((each) => bytesText(each))).toEqual([
    '0 B',
    '1 B',
    '999 B',
    '1023 B',
    '1.00 KiB',
    '1.00 KiB',
    '1.50 KiB',
    '10.0 KiB',
    '1.00 MiB',
    '5.00 TiB',
  ]);
  expect([0.25, 12.34, 245, 999.6, 1_234_567, 1e20].map((each) => countText(each))).toEqual([
    '0.25',
    '12.3',
    '245',
    '1.00 k',
    '1.23 M',
    '100000000 T',
  ]);
});

test('what is not known is a dash', () => {
  expect([bytesText(null), countText(null), wholeText(null), millisecondsText(null)]).toEqual(['–', '–', '–', '–']);
});

test('whole numbers have their thousands apart', () => {
  expect(wholeText(1_234_567)).toBe('1,234,567');
});

test('times', () => {
  expect([0.123, 4.56, 41.2, 999].map((each) => millisecondsText(each))).toEqual([
    '0.12 ms',
    '4.6 ms',
    '41 ms',
    '999 ms',
  ]);
  expect([1000, 61_000, 3_660_000, 90_000_000].map((each) => durationText(each))).toEqual([
    '1 s',
    '1 min 1 s',
    '1 h 1 min',
    '1 d 1 h',
  ]);
});
