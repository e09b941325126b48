import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { gunzip, gzip } from '#millrace/record/gzip.js';
import { codeOf } from './random.ts';

test('members one after another are one content, as in Java', () => {
  const packed = Buffer.concat([gzip(Buffer.from('one ')), gzipSync('two', { level: 0 })]);
  expect(Buffer.from(gunzip(packed, 7)).toString()).toBe('one two');
  expect(codeOf(() => gunzip(packed, 6))).toBe('ERR_MILLRACE_TOO_LARGE');
});

test('a bound of nothing lets nothing through', () => {
  expect(codeOf(() => gunzip(gzip(Buffer.from('some text')), 0))).toBe('ERR_MILLRACE_TOO_LARGE');
});
