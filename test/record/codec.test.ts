import { expect, test } from 'vitest';
import {
  compressionNames,
  compressionNumber,
  compressionOf,
  inflatesBeyond,
  notValid,
} from '#millrace/record/codec.js';
import { codeOf } from './random.ts';

test.each([
  ['none', 0],
  ['gzip', 1],
  ['snappy', 2],
  ['lz4', 3],
  ['zstd', 4],
] as const)('%s is codec %d', (name, number) => {
  expect(compressionNumber(name)).toBe(number);
  expect(compressionOf(number | 0x78)).toBe(name);
});

test('other codecs are corruption', () => {
  expect(compressionNames).toHaveLength(5);
  for (const number of [5, 6, 7]) expect(codeOf(() => compressionOf(number))).toBe('ERR_MILLRACE_CORRUPT');
});

test('the errors name codec and bound', () => {
  expect(inflatesBeyond('lz4', 99)).toMatchObject({
    code: 'ERR_MILLRACE_TOO_LARGE',
    message: expect.stringMatching(/lz4.* 99 /),
  });
  expect(notValid('gzip', 'x')).toMatchObject({ code: 'ERR_MILLRACE_CORRUPT', message: 'not valid gzip: x' });
});
