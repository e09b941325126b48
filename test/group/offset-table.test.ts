import { expect, test } from 'vitest';
import { decodeOffsetCommit, encodeOffsetKey, encodeOffsetValue } from '#millrace/group/offset-commit-format.js';
import { OffsetTable } from '#millrace/group/offset-table.js';
import { OffsetsLog } from './offsets-log.ts';

const offsetsOf = (table: OffsetTable, group = 'g'): Record<string, number> =>
  Object.fromEntries(table.committed(group).map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]));

function tableOf(log: OffsetsLog): OffsetTable {
  const table = new OffsetTable();
  for (const batch of log.batches()) table.apply(batch);
  return table;
}

test('the last plain commit of each partition counts, group by group', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'b-1': 7, 'a-10': 1, 'a-2': 5 });
  log.commit('g', { 'a-2': 6 });
  log.commit('h', { 'a-2': 99 });
  const table = tableOf(log);
  expect(Object.entries(offsetsOf(table))).toEqual([
    ['a-2', 6],
    ['a-10', 1],
    ['b-1', 7],
  ]);
  expect(offsetsOf(table, 'h')).toEqual({ 'a-2': 99 });
  expect(table.committed('nobody')).toEqual([]);
  expect(table.committed('h')[0]).toMatchObject({ leaderEpoch: -1, metadata: '', commitTimestamp: 1_000 });
});

test('what a transaction has written counts from its commit on, and never when it is aborted', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1 });
  log.commit('g', { 'a-0': 2, 'a-1': 2 }, 7);
  log.commit('g', { 'a-0': 3 }, 8);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 1 });
  expect(tableOf(log).pending('g')).toEqual([
    { topic: 'a', partition: 0 },
    { topic: 'a', partition: 1 },
    { topic: 'a', partition: 0 },
  ]);
  log.end('abort', 8);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 1 });
  log.end('commit', 7);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 2, 'a-1': 2 });
  expect(tableOf(log).pending('g')).toEqual([]);
  // The next transaction of the same producer has nothing of the last one.
  log.commit('g', { 'a-0': 9 }, 7);
  log.end('abort', 7);
  log.end('commit', 7);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 2, 'a-1': 2 });
});

test('of a plain commit and one of a transaction the one that stands later in the log counts', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 5 }, 7);
  log.commit('g', { 'a-0': 3 });
  log.end('commit', 7);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 3 });
  log.commit('g', { 'a-0': 4 }, 8);
  log.end('commit', 8);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 4 });
});

test('of two transactions too, whichever ended first', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 5 }, 7);
  log.commit('g', { 'a-0': 6 }, 8);
  log.end('commit', 8);
  log.end('commit', 7);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 6 });
});

test('within a transaction the last word counts', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 5 }, 7);
  log.commit('g', { 'a-0': 4 }, 7);
  log.end('commit', 7);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 4 });
});

test('a null value forgets an offset, and what open transactions wrote for it before', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 5, 'a-1': 5 });
  log.commit('g', { 'a-0': 6, 'a-1': 6 }, 7);
  log.forget('g', 'a-0');
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-1': 5 });
  log.end('commit', 7);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-1': 6 });
  log.forget('g', 'a-1');
  expect(tableOf(log).committed('g')).toEqual([]);
});

test('records about groups are passed over', () => {
  const log = new OffsetsLog();
  log.raw(Buffer.from([0, 2, 0, 1, 0x67]), Buffer.from([0, 3]));
  log.commit('g', { 'a-0': 5 });
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 5 });
});

test('the records that the tests write are those of the format', () => {
  const key = encodeOffsetKey({ group: 'g', topic: 'a', partition: 0 });
  const value = encodeOffsetValue({ offset: 5, leaderEpoch: -1, metadata: '', commitTimestamp: 1_000, topicId: null });
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 5 });
  const [[record]] = [...log.batches()].map((batch) => [...batch]);
  expect([record.key, record.value]).toEqual([key, value]);
  expect(decodeOffsetCommit(record.key, record.value)).not.toBe(null);
});
