import { expect, test } from 'vitest';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import { memberPartitions, showPartitions } from '#millrace/group/member-partitions.js';

const consumers = { protocolType: 'consumer' };

test('what the leader has assigned, in order', () => {
  const partitions = [
    { topic: 'b', partition: 1 },
    { topic: 'a', partition: 10 },
    { topic: 'a', partition: 9 },
  ];
  const found = memberPartitions(consumers, { assignment: encodeAssignment({ partitions, userData: null }) });
  expect(found).toEqual([partitions[2], partitions[1], partitions[0]]);
  expect(showPartitions(found)).toBe('a:9,10 b:1');
});

test('no bytes are no partitions; what cannot be read is not known', () => {
  expect(memberPartitions(consumers, { assignment: Buffer.alloc(0) })).toEqual([]);
  expect(memberPartitions(consumers, { assignment: Buffer.from('what') })).toBeNull();
  expect(memberPartitions({ protocolType: 'connect' }, { assignment: Buffer.alloc(0) })).toBeNull();
  expect([showPartitions([]), showPartitions(null)]).toEqual(['', '?']);
});
