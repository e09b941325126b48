import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { parseSegmentFile, segmentFile } from '#millrace/segment/segment-files.js';

test('a name has twenty digits, and gives the offset back', () => {
  expect(segmentFile('/d/t-0', 1234, '.log')).toBe('/d/t-0/00000000000000001234.log');
  expect(parseSegmentFile('00000000000000001234.timeindex')).toEqual({ baseOffset: 1234, suffix: '.timeindex' });
  const largest = segmentFile('/d', Number.MAX_SAFE_INTEGER, '.log');
  expect(parseSegmentFile(basename(largest))).toEqual({ baseOffset: Number.MAX_SAFE_INTEGER, suffix: '.log' });
});

test.each([
  'leader-epoch-checkpoint',
  'partition.metadata',
  '1234.log',
  '00000000000000001234',
  '00000000000000001234.log.deleted',
  '000000000000000012345.log',
  '0000000000000000-234.log',
  '00000000000000001234.LOG',
  '09223372036854775807.log',
])('%s is no segment’s file', (name) => {
  expect(parseSegmentFile(name)).toBeNull();
});
