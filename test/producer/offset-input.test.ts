import { expect, test } from 'vitest';
import { checkOffsets } from '#millrace/producer/offset-input.js';

const offset = { topic: 'orders', partition: 0, offset: 42 };

test('offsets are taken as they are, without what is none of theirs', () => {
  const given = [offset, { ...offset, leaderEpoch: -1, metadata: 'm', timestamp: 5 }];
  expect(checkOffsets(given)).toEqual([offset, { ...offset, leaderEpoch: -1, metadata: 'm' }]);
  expect(checkOffsets([])).toEqual([]);
});

test.each([
  [{}, 'offsets must be an array of { topic, partition, offset }, got an object of Object'],
  [[null], 'offsets[0] must be { topic, partition, offset }, got null'],
  [[offset, { ...offset, topic: 7 }], 'offsets[1].topic must be the name of a topic, got 7'],
  [[{ ...offset, partition: -1 }], 'offsets[0].partition must be a whole number from 0 on, got -1'],
  [[{ ...offset, offset: 2 ** 53 }], 'offsets[0].offset must be an offset'],
  [[{ ...offset, leaderEpoch: -2 }], 'offsets[0].leaderEpoch must be'],
  [[{ ...offset, metadata: 'x'.repeat(4_097) }], 'offsets[0].metadata must be at most 4096 characters'],
])('%j is refused', (offsets, message) => {
  expect(() => checkOffsets(offsets)).toThrow(message);
});
