/** Transactions of a log that another process writes. */
import { rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import { FollowedLog } from '#millrace/log/log-follower.js';
import { NewsWatch } from '#millrace/log/news-watch.js';
import { Random, seedsOf } from '../support/random.ts';
import { numbered, TempLog } from '../support/temp-log.ts';
import { TestProducer } from '../support/test-producer.ts';

function follow(rig: TempLog): FollowedLog {
  const system = new DiskFileSystem();
  const log = FollowedLog.open({ system, cache: new WindowCache(system) }, rig.directory, {
    settings: rig.settings,
    startOffset: () => rig.log.startOffset,
    isPresent: () => true,
    news: new NewsWatch(rig.clock),
  });
  onTestFinished(() => {
    log.close();
    system.close();
  });
  return log;
}

function expectSame(log: FollowedLog, rig: TempLog): void {
  expect(log.refresh()).toBe(rig.log.endOffset);
  // Where the log starts is asked again when segments have gone.
  expect(Math.max(log.lastStableOffset, rig.log.startOffset)).toBe(rig.log.lastStableOffset);
  const open = ({ openTransactions }: FollowedLog | TempLog['log']): number[] =>
    openTransactions.map(({ firstOffset }) => firstOffset);
  expect(open(log)).toEqual(open(rig.log));
  for (const from of [rig.log.startOffset, Math.floor((rig.log.startOffset + log.endOffset) / 2)]) {
    expect(log.abortedTransactions(from, log.endOffset)).toEqual(rig.log.abortedTransactions(from, log.endOffset));
  }
}

test('a follower knows what the writer knows, from the time when it is asked', () => {
  const rig = new TempLog();
  const [one, two] = [1, 2].map((producerId) => new TestProducer(() => rig.log, producerId, true));
  one.append(1);
  one.end('abort');
  two.append(1);
  const log = follow(rig);
  expectSame(log, rig);
  one.append(1);
  expectSame(log, rig);
  two.end('abort');
  rig.log.roll();
  expectSame(log, rig);
  one.end('abort');
  rig.log.append(numbered(2));
  expectSame(log, rig);
  expectSame(follow(rig), rig);
});

test('a follower of a log whose snapshots are lost reads what they said', () => {
  const rig = new TempLog();
  const [one, two] = [1, 2].map((producerId) => new TestProducer(() => rig.log, producerId, true));
  one.append(1);
  one.end('abort');
  two.append(1);
  rig.log.roll();
  rig.log.append(numbered(2));
  for (const name of rig.names('.snapshot')) rmSync(rig.path(name));
  expectSame(follow(rig), rig);
});

test('a follower of a log that gets its first producer later', () => {
  const rig = new TempLog();
  rig.log.append(numbered(3));
  const log = follow(rig);
  expectSame(log, rig);
  const producer = new TestProducer(() => rig.log, 1, true);
  producer.append(2);
  expectSame(log, rig);
  expect(log.lastStableOffset).toBe(3);
  producer.end('abort');
  expectSame(log, rig);
});

test('a follower that finds torn snapshots reads the log instead', async () => {
  const rig = new TempLog();
  const producer = new TestProducer(() => rig.log, 1, true);
  for (let i = 0; i < 3; i++) {
    producer.append(1);
    producer.end('abort');
    rig.log.roll();
  }
  producer.append(1);
  await rig.log.checkpoint();
  for (const name of rig.names('.snapshot')) writeFileSync(rig.path(name), 'torn');
  expectSame(follow(rig), rig);
  expect(rig.names('.snapshot').length).toBeGreaterThan(3);
  rmSync(rig.path('00000000000000000002.txnindex'), { force: true });
});

test('a cut and a log that begins anew are followed', () => {
  const rig = new TempLog();
  const producer = new TestProducer(() => rig.log, 1, true);
  producer.append(2);
  producer.end('abort');
  producer.append(1);
  const log = follow(rig);
  expectSame(log, rig);
  rig.log.truncateTo(2);
  expectSame(log, rig);
  rig.log.truncateFullyAndStartAt(50);
  expectSame(log, rig);
  producer.sequence = 0;
  producer.append(1);
  expectSame(log, rig);
});

test('followers that come and go at any time see the same transactions', async () => {
  for (const seed of seedsOf(6)) {
    const random = new Random(seed);
    const rig = new TempLog({ segmentBytes: 4096, indexIntervalBytes: 300 });
    const producers = [1, 2, 3].map((producerId) => new TestProducer(() => rig.log, producerId, true));
    const followers: FollowedLog[] = [];
    for (let step = 0; step < 150; step++) {
      const producer = random.pick(producers);
      const choice = random.between(1, 20);
      if (choice <= 8) producer.append(random.between(1, 4));
      else if (choice <= 11) producer.end('abort');
      else if (choice <= 13) producer.end('commit');
      else if (choice === 14) rig.log.append(numbered(2));
      else if (choice === 15) rig.log.roll();
      else if (choice === 16) await rig.log.checkpoint();
      else if (choice === 17 && followers.length < 4) followers.push(follow(rig));
      else if (choice === 18 && rig.log.endOffset > rig.log.startOffset + 40)
        rig.log.deleteRecords(rig.log.startOffset + 5);
      else if (choice === 19 && random.chance(0.3)) await rig.reopen();
      else if (followers.length > 0) expectSame(random.pick(followers), rig);
    }
    for (const follower of followers) expectSame(follower, rig);
    expectSame(follow(rig), rig);
  }
});
