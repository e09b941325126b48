import { expect, test } from 'vitest';
import { answerNothing, answerOffsets } from '#millrace/group/offset-answer.js';
import { OffsetsLog } from './offsets-log.ts';

function log(): OffsetsLog {
  const offsets = new OffsetsLog();
  offsets.commit('g', { 'b-0': 3, 'a-0': 1, 'a-1': 2 });
  offsets.commit('g', { 'a-0': 9, 'a-7': 9 }, 5);
  return offsets;
}
const about = (topic: string, partition: number, offset: number): unknown => ({
  topic,
  partition,
  error: null,
  committed: { topic, partition, offset, leaderEpoch: -1, metadata: '', commitTimestamp: 1_000 },
});

test('of each partition that is asked for, in that order', () => {
  const partitions = [
    { topic: 'b', partition: 0 },
    { topic: 'c', partition: 0 },
    { topic: 'a', partition: 0 },
  ];
  const found = answerOffsets(log().table(), { groupId: 'g', partitions, requireStable: false });
  expect(found).toEqual([
    about('b', 0, 3),
    { topic: 'c', partition: 0, error: null, committed: null },
    about('a', 0, 1),
  ]);
});

test('nothing, of each partition that is asked for', () => {
  const query = { groupId: 'g', requireStable: false };
  const [partition, rest] = [
    { topic: 'b', partition: 1 },
    { error: null, committed: null },
  ];
  expect(answerNothing({ ...query, partitions: [partition] })).toEqual([{ ...partition, ...rest }]);
  expect(answerNothing({ ...query, partitions: null })).toEqual([]);
});

test('all that is committed, if none is named', () => {
  const query = { groupId: 'g', partitions: null, requireStable: false };
  expect(answerOffsets(log().table(), query)).toEqual([about('a', 0, 1), about('a', 1, 2), about('b', 0, 3)]);
  expect(answerOffsets(log().table(), { ...query, groupId: 'nobody' })).toEqual([]);
});

test('a stable answer leaves out what an open transaction may still set, until it has ended', () => {
  const unstable = (partition: number): unknown => ({
    topic: 'a',
    partition,
    error: 'UNSTABLE_OFFSET_COMMIT',
    committed: null,
  });
  const offsets = log();
  const query = { groupId: 'g', partitions: null, requireStable: true };
  expect(answerOffsets(offsets.table(), query)).toEqual([unstable(0), about('a', 1, 2), about('b', 0, 3)]);
  const asked = { ...query, partitions: [{ topic: 'a', partition: 7 }] };
  expect(answerOffsets(offsets.table(), asked)).toEqual([unstable(7)]);
  expect(answerOffsets(offsets.table(), { ...asked, requireStable: false })).toMatchObject([
    { error: null, committed: null },
  ]);
  offsets.end('commit', 5);
  expect(answerOffsets(offsets.table(), asked)).toEqual([about('a', 7, 9)]);
});

test('what was committed for a topic of another id counts as nothing, where both ids are known', () => {
  const [id, other] = ['abcdefghijklmnopqrstuA', 'abcdefghijklmnopqrstug'];
  const offsets = new OffsetsLog();
  offsets.store('g', 'a-0', { offset: 5, topicId: id });
  offsets.store('g', 'a-1', { offset: 6 });
  offsets.store('g', 'a-0', { offset: 7, topicId: other }, 3);
  const ask = (topicId: string | undefined, requireStable = false): unknown[] =>
    answerOffsets(offsets.table(), {
      groupId: 'g',
      partitions: [0, 1].map((partition) => ({ topic: 'a', partition, ...(topicId && { topicId }) })),
      requireStable,
    }).map(({ error, committed }) => error ?? committed?.offset);
  expect([ask(undefined), ask(id), ask(other)]).toEqual([
    [5, 6],
    [5, 6],
    [undefined, 6],
  ]);
  // Somebody may set it yet.
  expect(ask(other, true)).toEqual(['UNSTABLE_OFFSET_COMMIT', 6]);
});
