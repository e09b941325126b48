import { expect, test } from 'vitest';
import { checkQuestion, questionId } from '#millrace/member/port-question.js';

const ID = 'abcdefghijklmnopqrstuA';
const identity = { groupId: 'g', memberId: 'm', groupInstanceId: null, generationId: 1 };

test('a number that can be answered', () => {
  expect([questionId({ id: 4 }), questionId({ id: 0.5 }), questionId(null), questionId('4')]).toEqual([
    4,
    null,
    null,
    null,
  ]);
});

test.each([
  { id: 1, ask: 'heartbeat', of: [identity] },
  { id: 1, ask: 'list', of: [] },
  { id: 1, ask: 'leave', of: ['g', [{ memberId: 'm', groupInstanceId: null, reason: null }]] },
  { id: 1, ask: 'offsets', of: [{ groupId: 'g', partitions: null, requireStable: true }] },
  { id: 1, ask: 'commit', of: [{ ...identity, retentionMs: -1, offsets: [{ topic: 't', partition: 0, offset: 2 }] }] },
  {
    id: 1,
    ask: 'commit',
    of: [{ ...identity, retentionMs: -1, offsets: [{ topic: 't', topicId: ID, partition: 0, offset: 2 }] }],
  },
])('$ask is a question', (question) => {
  expect(checkQuestion(question)).toEqual(question);
});

test.each([
  { id: 1 },
  { id: 1, ask: 'close', of: [] },
  { id: 1, ask: 'toString', of: [] },
  { id: 1, ask: 'heartbeat', of: [] },
  { id: 1, ask: 'heartbeat', of: [identity, 1] },
  { id: 1, ask: 'heartbeat', of: [{ ...identity, generationId: 2 ** 31 }] },
  { id: 1, ask: 'heartbeat', of: [{ ...identity, groupId: 'g'.repeat(40_000) }] },
  { id: 1, ask: 'join', of: [{ ...identity }] },
  { id: 1, ask: 'leave', of: ['g', { length: 1 }] },
  {
    id: 1,
    ask: 'sync',
    of: [{ ...identity, protocolType: null, protocolName: null, assignments: [{ memberId: 'm', assignment: [1] }] }],
  },
  { id: 1, ask: 'commit', of: [{ ...identity, retentionMs: -1, offsets: [{ topic: 't', partition: -1, offset: 2 }] }] },
  {
    id: 1,
    ask: 'commit',
    of: [{ ...identity, retentionMs: -1, offsets: [{ topic: 't', partition: 0, offset: Number.NaN }] }],
  },
])('%j is none', (question) => {
  expect(checkQuestion(question)).toBeNull();
});
