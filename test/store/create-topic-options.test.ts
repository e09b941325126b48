import { expect, test } from 'vitest';
import { checkCreateOptions, checkPartitions } from '#millrace/store/create-topic-options.js';

test('one partition with default settings, when nothing else is said', () => {
  expect(checkCreateOptions({})).toEqual({ partitions: 1, config: {} });
  expect(checkCreateOptions({ partitions: 3, config: { 'segment.ms': '5' } })).toEqual({
    partitions: 3,
    config: { 'segment.ms': 5 },
  });
});

test.each([
  [null, 'options must be an object, got null'],
  [3, 'options must be an object, got 3'],
  [{ partition: 3 }, '"partition" is no option of a topic, did you mean "partitions"?'],
  [{ partitions: 0 }, 'partitions must be a whole number from 1 to 100000, got 0'],
  [{ partitions: null }, 'partitions must be a whole number from 1 to 100000, got null'],
  [{ config: null }, 'config must be an object of topic settings, got null'],
  [{ config: { 'segment.ms': 0 } }, 'segment.ms must be a whole number from 1 on, got 0'],
])('%j is refused', (options, message) => {
  expect(() => checkCreateOptions(options)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT', message }),
  );
});

test('partitions are counted from a least number on', () => {
  expect(() => checkPartitions(4, 4)).not.toThrow();
  expect(() => checkPartitions(3, 4)).toThrow('partitions must be a whole number from 4 to 100000, got 3');
});
