import { expect, test } from 'vitest';
import { deleteOffsets, offsetsOfGroup, offsetsOfTopics } from '#millrace/group/offset-deletion.js';
import type { TopicPartition } from '#millrace/types.js';
import { facts } from './group-facts.ts';
import { OffsetsLog } from './offsets-log.ts';

const names = (partitions: readonly TopicPartition[]): string =>
  partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(' ');

test('all of a group: what is committed, and once what open transactions have written', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1, 'b-0': 2 });
  log.commit('g', { 'a-0': 3, 'a-1': 3 }, 7);
  log.commit('g', { 'a-1': 4 }, 8);
  log.commit('h', { 'a-2': 5 });
  const all = offsetsOfGroup(log.table(), 'g');
  expect(names(all)).toBe('a-0 b-0 a-1');
  log.forget('g', ...names(all).split(' '));
  for (const producer of [7, 8]) log.end('commit', producer);
  expect([log.table().committed('g'), offsetsOfGroup(log.table(), 'g')]).toEqual([[], []]);
});

test('all of topics that are no more, group by group', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1, 'b-0': 2, 'c-0': 2 });
  log.commit('g', { 'a-0': 3, 'a-1': 3, 'c-1': 3 }, 7);
  log.commit('h', { 'c-0': 4 });
  log.commit('i', { 'b-5': 4 }, 8);
  const deleted = ['a', 'b'].map((name) => ({ name, id: null }));
  const found = offsetsOfTopics(log.table(), deleted);
  expect(Array.from(found, ([group, partitions]) => [group, names(partitions)])).toEqual([
    ['g', 'a-0 a-1 b-0'],
    ['i', 'b-5'],
  ]);
});

test('offsets of another topic of the same name stay', () => {
  const [id, other] = ['abcdefghijklmnopqrstuA', 'abcdefghijklmnopqrstug'];
  const log = new OffsetsLog();
  log.store('g', 'a-0', { topicId: id });
  log.store('g', 'a-1', { topicId: other });
  log.store('g', 'a-2', {});
  log.store('g', 'a-3', { topicId: id }, 7);
  log.store('g', 'a-4', { topicId: other }, 7);
  const found = (of: string | null): string =>
    names(offsetsOfTopics(log.table(), [{ name: 'a', id: of }]).get('g') ?? []);
  expect([found(id), found(other), found(null)]).toEqual(['a-0 a-2 a-3', 'a-1 a-2 a-4', 'a-0 a-1 a-2 a-3 a-4']);
});

test('by name: those of topics that no member subscribes to, as far as there are some', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1, 'b-0': 2 });
  log.commit('g', { 'b-1': 3 }, 7);
  const asked = ['a', 'b', 'b', 'b', 'c'].map((topic, i) => ({ topic, partition: [0, 0, 1, 2, 0][i] }));
  for (const of of [facts.stable, facts.rebalancing, facts.modern]) {
    const { error, errors, deleted } = deleteOffsets(log.table(), 'g', of, asked);
    expect([error, errors, names(deleted)]).toEqual([
      null,
      ['GROUP_SUBSCRIBED_TO_TOPIC', null, null, null, null],
      'b-0 b-1',
    ]);
  }
  for (const of of [facts.empty(0), facts.simple, facts.connectEmpty]) {
    const { error, errors, deleted } = deleteOffsets(log.table(), 'g', of, asked);
    expect([error, errors, names(deleted)]).toEqual([null, asked.map(() => null), 'a-0 b-0 b-1']);
  }
});

test('consumers whose subscription cannot be read keep all; others than consumers must have left; a group that is none has nothing', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1 });
  const asked = [{ topic: 'a', partition: 0 }];
  const answer = (of: Parameters<typeof deleteOffsets>[2]): unknown => deleteOffsets(log.table(), 'g', of, asked);
  expect(answer(facts.unreadable)).toEqual({ error: null, errors: ['GROUP_SUBSCRIBED_TO_TOPIC'], deleted: [] });
  for (const [of, error] of [
    [facts.connect, 'NON_EMPTY_GROUP'],
    [facts.dead, 'GROUP_ID_NOT_FOUND'],
    [null, 'GROUP_ID_NOT_FOUND'],
  ] as const)
    expect(answer(of)).toEqual({ error, errors: [error], deleted: [] });
});
