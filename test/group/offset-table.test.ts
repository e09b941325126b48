import { expect, test } from 'vitest';
import { decodeOffsetCommit, encodeOffsetKey, encodeOffsetValue } from '#millrace/group/offset-commit-format.js';
import { OffsetTable } from '#millrace/group/offset-table.js';
import { OffsetsLog } from './offsets-log.ts';

const offsetsOf = (table: OffsetTable, group = 'g'): Record<string, number> =>
  Object.fromEntries(table.committed(group).map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]));

const tableOf = (log: OffsetsLog): OffsetTable => log.table();

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

test('a tombstone takes what a transaction wrote before it, and nothing of what it writes after it', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1 }, 7);
  log.commit('g', { 'a-0': 2, 'a-1': 2 }, 8);
  log.forget('g', 'a-0');
  expect(tableOf(log).pending('g')).toEqual([{ topic: 'a', partition: 1 }]);
  log.commit('g', { 'a-0': 3 }, 7);
  log.end('commit', 8);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-1': 2 });
  log.end('commit', 7);
  expect(offsetsOf(tableOf(log))).toEqual({ 'a-0': 3, 'a-1': 2 });
});

test('a producer that has moved on is the same one: the marker with the next epoch ends what the last one wrote', () => {
  // The marker of a log that these tests write always has epoch 1, and the records have epoch 0: as KIP-890 and a time-out bump it.
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1 }, 7);
  log.commit('h', { 'a-0': 1 }, 7);
  log.end('commit', 7);
  log.commit('g', { 'a-0': 2 }, 7);
  const table = tableOf(log);
  expect([offsetsOf(table), offsetsOf(table, 'h')]).toEqual([{ 'a-0': 1 }, { 'a-0': 1 }]);
  expect([table.hasPending('g'), table.hasPending('h')]).toEqual([true, false]);
  log.end('abort', 7);
  expect(tableOf(log).hasPending('g')).toBe(false);
});

test('markers of transactions that wrote none of it change nothing', () => {
  const log = new OffsetsLog();
  log.end('commit', 9);
  log.commit('g', { 'a-0': 1 }, 7);
  log.end('commit', 9);
  log.end('abort', 10);
  expect(offsetsOf(tableOf(log))).toEqual({});
  expect(tableOf(log).isPending('g', 'a', 0)).toBe(true);
});

test('what is known of each offset, and how many there are', () => {
  const log = new OffsetsLog();
  log.store('g', 'a-0', { offset: 5, expireTimestamp: 99 });
  log.store('g', 'a-1', { offset: 6, topicId: 'abcdefghijklmnopqrstuA' });
  log.store('h', 'a-0', { offset: 7 }, 3);
  const table = tableOf(log);
  expect(table.find('g', 'a', 0)).toMatchObject({ offset: 5, expireTimestamp: 99, topicId: null, at: 0 });
  expect(table.find('g', 'a', 1)).toMatchObject({ offset: 6, topicId: 'abcdefghijklmnopqrstuA', at: 1 });
  expect([table.find('g', 'a', 2), table.find('g', 'b', 0), table.find('h', 'a', 0)]).toEqual([null, null, null]);
  expect([...table.storedOf('g', 'a')!.keys()]).toEqual([0, 1]);
  expect([table.storedOf('g', 'b'), table.storedOf('nobody', 'a'), [...table.stored('nobody')]]).toEqual([
    null,
    null,
    [],
  ]);
  expect([...table.staged('h')]).toMatchObject([['a', 0, { offset: 7, at: 2 }]]);
  expect([[...table.groups()], table.count]).toEqual([['g', 'h'], 2]);
  log.forget('g', 'a-0', 'a-1', 'a-2');
  log.forget('nobody', 'a-0');
  log.end('commit', 3);
  expect([[...tableOf(log).groups()], tableOf(log).count]).toEqual([['g', 'h'], 1]);
});

test('a group is known until a record says that it is gone, whatever became of its offsets', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1 });
  log.commit('h', { 'a-0': 1 }, 7);
  log.commit('i', { 'a-0': 1 });
  log.forget('g', 'a-0');
  log.end('abort', 7);
  const known = (): string[] => ['g', 'h', 'i', 'j'].filter((group) => tableOf(log).isKnown(group));
  expect([known(), [...tableOf(log).groups()]]).toEqual([
    ['g', 'h', 'i'],
    ['g', 'h', 'i'],
  ]);
  // Of the classic protocol, of the other, of a member of the other.
  log.raw(Buffer.from([0, 2, 0, 1, 0x67]), null);
  log.raw(Buffer.from([0, 5, 0, 1, 0x68, 0, 1, 0x6d]), null);
  expect(known()).toEqual(['h', 'i']);
  log.raw(Buffer.from([0, 3, 0, 1, 0x68]), null);
  // It goes on as one that has offsets.
  log.raw(Buffer.from([0, 2, 0, 1, 0x69]), null);
  expect(known()).toEqual(['i']);
  log.forget('i', 'a-0');
  expect(known()).toEqual([]);
  log.commit('g', { 'a-0': 1 });
  expect(known()).toEqual(['g']);
});

test('nothing is left of groups and producers that have nothing any more', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 1 }, 7);
  log.commit('g', { 'a-0': 1 }, 8);
  log.forget('g', 'a-0');
  log.raw(Buffer.from([0, 2, 0, 1, 0x67]), null);
  const table = tableOf(log);
  expect([[...table.groups()], table.hasPending('g'), table.pending('g'), [...table.staged('g')]]).toEqual([
    [],
    false,
    [],
    [],
  ]);
});

test('records about other things are told, with where they stand', () => {
  const log = new OffsetsLog();
  log.commit('g', { 'a-0': 5 });
  log.raw(Buffer.from([0, 2, 0, 1, 0x67]), Buffer.from([0, 3]));
  log.raw(Buffer.from([0, 2, 0, 1, 0x67]), null);
  const told: unknown[] = [];
  const table = new OffsetTable();
  for (const batch of log.batches())
    table.apply(batch, (key, value, at) => told.push([key.toString('hex'), value, at]));
  expect(told).toEqual([
    ['0002000167', Buffer.from([0, 3]), 1],
    ['0002000167', null, 2],
  ]);
  expect(table.count).toBe(1);
});

test('compressed batches too', () => {
  const log = new OffsetsLog('gzip');
  log.commit('g', Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`topic-${i}`, i])));
  expect(tableOf(log).find('g', 'topic', 99)).toMatchObject({ offset: 99, at: 99 });
});
