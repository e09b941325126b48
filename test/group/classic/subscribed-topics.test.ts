import { expect, test } from 'vitest';
import { subscribedTopics } from '#millrace/group/classic/subscribed-topics.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';

function member(metadata: Uint8Array): Parameters<typeof subscribedTopics>[0][number] {
  return { memberId: 'm', groupInstanceId: null, metadata };
}

function subscription(version: number, topics: readonly string[], rest = Buffer.alloc(0)): Uint8Array {
  const writer = new MessageWriter().int16(version).array(topics, () => undefined);
  const strings = topics.map((topic) => new MessageWriter().string(topic).finish());
  return Buffer.concat([writer.finish(), ...strings, rest]);
}

test('the topics of all members, whatever stands behind them', () => {
  const members = [subscription(0, ['a', 'b']), subscription(3, ['b', 'c'], Buffer.from('more')), subscription(9, [])];
  expect([...subscribedTopics(members.map(member))!]).toEqual(['a', 'b', 'c']);
  expect(subscribedTopics([])!.size).toBe(0);
});

test('of a subscription that is none, nothing is known of the group', () => {
  const bad = [Buffer.alloc(0), Buffer.from([0, 0, 0x7f, 0xff, 0xff, 0xff]), subscription(1, ['abc']).subarray(0, 9)];
  for (const bytes of bad) expect(subscribedTopics([subscription(0, ['a']), bytes].map(member))).toBe(null);
});
