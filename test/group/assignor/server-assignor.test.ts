import { expect, test } from 'vitest';
import { existingPartitionCount } from '#millrace/group/assignor/server-assignor.js';
import { describing, idOf } from './server-groups.ts';

test('a topic must exist', () => {
  const topics = describing({ t: 3, empty: 0 });
  expect(existingPartitionCount(topics, idOf('t'))).toBe(3);
  expect(existingPartitionCount(topics, idOf('empty'))).toBe(0);
  expect(() => existingPartitionCount(topics, idOf('nowhere'))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' }),
  );
});
