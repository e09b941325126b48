import { expect, test } from 'vitest';
import { expire, type OffsetFacts } from '#millrace/group/offset-expiry.js';
import { facts } from './group-facts.ts';
import { OffsetsLog } from './offsets-log.ts';

/** Committed at 1,000, each of them. */
function log(): OffsetsLog {
  const offsets = new OffsetsLog();
  offsets.commit('g', { 'a-0': 1, 'b-0': 2 });
  return offsets;
}

function expired(of: OffsetFacts, at: number, offsets = log()): [string, boolean] {
  const expiry = expire(offsets.table(), 'g', of, { at, retentionMs: 100 });
  return [expiry.expired.map(({ topic, partition }) => `${topic}-${partition}`).join(' '), expiry.groupGoes];
}

test('of an empty group: from the moment when it became empty, whenever they were committed', () => {
  expect(expired(facts.empty(5_000), 5_099)).toEqual(['', false]);
  expect(expired(facts.empty(5_000), 5_100)).toEqual(['a-0 b-0', true]);
  // Became empty before the commit, as when an administrator sets offsets.
  expect(expired(facts.empty(500), 600)).toEqual(['a-0 b-0', true]);
  expect(expired(facts.connectEmpty, 100)).toEqual(['a-0 b-0', true]);
});

test('of an empty group that does not say since when: from their commits', () => {
  expect(expired(facts.empty(null), 1_099)).toEqual(['', false]);
  expect(expired(facts.empty(null), 1_100)).toEqual(['a-0 b-0', true]);
});

test('of a group that never had members: from their commits', () => {
  expect(expired(facts.simple, 1_099)).toEqual(['', false]);
  expect(expired(facts.simple, 1_100)).toEqual(['a-0 b-0', true]);
  const offsets = log();
  offsets.store('g', 'b-0', { commitTimestamp: 1_050 });
  expect(expired(facts.simple, 1_149, offsets)).toEqual(['a-0', false]);
});

test('of a stable group of consumers: those of topics that no member subscribes to, and the group stays', () => {
  expect(expired(facts.stable, 1_099)).toEqual(['', false]);
  expect(expired(facts.stable, 1_100)).toEqual(['b-0', false]);
  expect(expired({ ...facts.stable, subscribedTopics: new Set() }, 1_100)).toEqual(['a-0 b-0', false]);
  expect(expired(facts.modern, 1_100)).toEqual(['b-0', false]);
});

test('in a rebalance, where a subscription cannot be read, and of others than consumers nothing goes', () => {
  for (const name of ['rebalancing', 'completing', 'unreadable', 'connect', 'dead'] as const)
    expect(expired(facts[name], 1e9), name).toEqual(['', false]);
});

test('a time of its own is that of an offset, whenever the group became empty (KAFKA-8069: none is none)', () => {
  const offsets = new OffsetsLog();
  offsets.store('g', 'a-0', { expireTimestamp: 1_010 });
  offsets.store('g', 'b-0', { expireTimestamp: -1 });
  expect(expired(facts.empty(5_000), 1_009, offsets)).toEqual(['', false]);
  expect(expired(facts.empty(5_000), 1_010, offsets)).toEqual(['a-0', false]);
  // Longer than the retention, too.
  offsets.store('g', 'a-0', { expireTimestamp: 9_000 });
  expect(expired(facts.empty(5_000), 8_999, offsets)).toEqual(['b-0', false]);
  // And not where nothing may go.
  expect(expired(facts.rebalancing, 1e9, offsets)).toEqual(['', false]);
});

test('what an open transaction is about to set stays, and so does its group, until it has ended', () => {
  const offsets = log();
  offsets.commit('g', { 'a-0': 7 }, 3);
  expect(expired(facts.empty(0), 5_000, offsets)).toEqual(['b-0', false]);
  offsets.end('abort', 3);
  expect(expired(facts.empty(0), 5_000, offsets)).toEqual(['a-0 b-0', true]);
  // Of a partition that nothing was committed for before.
  const first = new OffsetsLog();
  first.commit('g', { 'a-0': 7 }, 3);
  expect(expired(facts.empty(0), 5_000, first)).toEqual(['', false]);
  first.end('commit', 3);
  expect(expired(facts.empty(0), 5_000, first)).toEqual(['a-0', true]);
});

test('an empty group without offsets goes at once, and one with members stays', () => {
  const nothing = new OffsetsLog();
  expect(expired(facts.empty(5_000), 5_000, nothing)).toEqual(['', true]);
  expect(expired(facts.simple, 0, nothing)).toEqual(['', true]);
  expect(expired(facts.stable, 5_000, nothing)).toEqual(['', false]);
});

test('what has expired is gone when its tombstones are in the log', () => {
  const offsets = log();
  offsets.forget('g', ...expired(facts.empty(0), 5_000, offsets)[0].split(' '));
  expect([offsets.table().committed('g'), expired(facts.empty(0), 5_000, offsets)]).toEqual([[], ['', true]]);
});
