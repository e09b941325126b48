import { expect, test } from 'vitest';
import { BatchHeader } from '#millrace/record/batch-header.js';
import { writeHeader } from '#millrace/record/batch-options.js';
import { emptyWindow, options } from './random.ts';

const content = { count: 3, baseTimestamp: 5, maxTimestamp: 8 };

test('what is left out is the absence of a producer, and no flag', () => {
  const window = emptyWindow(64);
  writeHeader(window.view, 2, options, content);
  expect(new BatchHeader(window, 2)).toMatchObject({
    baseOffset: options.baseOffset,
    lastOffsetDelta: 2,
    recordCount: 3,
    leaderEpoch: options.leaderEpoch,
    attributes: 0,
    baseTimestamp: 5,
    maxTimestamp: 8,
    producerId: -1,
    producerEpoch: -1,
    baseSequence: -1,
  });
});

test('neither length nor checksum is touched, nor a byte beside the header', () => {
  const window = emptyWindow(64);
  window.bytes.fill(0xee);
  writeHeader(window.view, 2, options, content);
  const untouched = [0, 1, 10, 11, 12, 13, 19, 20, 21, 22, 63];
  expect(untouched.map((position) => window.bytes[position])).toEqual(untouched.map(() => 0xee));
  expect(window.bytes[62]).not.toBe(0xee);
});

test.each([
  [{ timestampType: 'LogAppendTime' as const }, 0x08],
  [{ transactional: true }, 0x10],
  [{ control: true }, 0x20],
  [{ timestampType: 'LogAppendTime' as const, transactional: true, control: true }, 0x38],
])('the flags of %o', (flags, attributes) => {
  const window = emptyWindow(61);
  writeHeader(window.view, 0, { ...options, ...flags }, content);
  expect(new BatchHeader(window, 0).attributes).toBe(attributes);
});
