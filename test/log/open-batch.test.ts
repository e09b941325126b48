import { FollowedLog } from '#millrace/log/log-follower.js';
import { NewsWatch } from '#millrace/log/news-watch.js';
import { describe, expect, test } from 'vitest';
import type { RecordInput } from '#millrace/types.js';
import { TestOwner } from '../support/batch-owner.ts';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';
import { add, code } from './open-batch-fixture.ts';

test('records have their offsets when they are added, and are visible together when the batch is sealed', () => {
  const rig = new TempLog();
  rig.log.append(numbered(3));
  const owner = new TestOwner();
  const batch = rig.log.openBatch({ owner });
  add(batch, { value: 'a' }, { key: 'k', value: 'b', headers: { h: 'x' } });
  expect(batch).toMatchObject({ baseOffset: 3, lastOffset: 4, count: 2, isOpen: true, isPlaced: true });
  expect(rig.log.hasOpenBatch).toBe(true);
  expect(rig.log.endOffset).toBe(3);
  expect(rig.values()).toEqual(['0', '1', '2']);
  const receipt = batch.seal();
  expect(receipt).toMatchObject({ baseOffset: 3, lastOffset: 4 });
  expect(owner).toMatchObject({ receipts: [receipt], errors: [] });
  expect(batch.isOpen).toBe(false);
  expect(rig.log.hasOpenBatch).toBe(false);
  expect(rig.values()).toEqual(['0', '1', '2', 'a', 'b']);
  const [, sealed] = rig.log.read(0);
  expect(sealed.isValid()).toBe(true);
  expect(String([...sealed][1].key)).toBe('k');
});

test('who reads in another process sees nothing of it before', () => {
  const rig = new TempLog();
  const batch = rig.log.openBatch({ owner: new TestOwner() });
  add(batch, ...numbered(50));
  const follower = FollowedLog.open(rig.environment, rig.directory, {
    settings: rig.settings,
    startOffset: () => 0,
    isPresent: () => true,
    news: new NewsWatch(rig.clock),
  });
  expect(follower.refresh()).toBe(0);
  batch.seal();
  expect(follower.refresh()).toBe(50);
  follower.close();
});

describe('whatever moves the end of the log seals it first', () => {
  const ways: Record<string, (rig: TempLog) => unknown> = {
    append: (rig) => rig.log.append([{ value: 'after' }]),
    'append, compressed': (rig) => rig.log.append([{ value: 'after' }], { compression: 'gzip' }),
    appendBatches: (rig) => rig.log.appendBatches(readyBatches([{ value: 'after' }])),
    'another open batch': (rig) => {
      const batch = rig.log.openBatch({ owner: new TestOwner() });
      add(batch, { value: 'after' });
      batch.seal();
    },
    roll: (rig) => rig.log.roll(),
    'truncateTo the end': (rig) => rig.log.truncateTo(rig.log.endOffset + 2),
  };

  test.each(Object.keys(ways).flatMap((way) => [`${way}|none`, `${way}|gzip`]))('%s', (name) => {
    const [way, compression] = name.split('|') as [string, 'none' | 'gzip'];
    const rig = new TempLog();
    rig.log.append([{ value: 'before' }]);
    const owner = new TestOwner();
    const batch = rig.log.openBatch({ owner, compression });
    add(batch, { value: 'a' }, { value: 'b' });
    ways[way](rig);
    expect(owner.receipts).toMatchObject([{ baseOffset: 1, lastOffset: 2 }]);
    const after = way.includes('append') || way.includes('another') ? ['after'] : [];
    expect(rig.values()).toEqual(['before', 'a', 'b', ...after]);
    expect(rig.crash().damage).toBeNull();
    expect(rig.values()).toEqual(['before', 'a', 'b', ...after]);
  });

  test('a close', async () => {
    for (const compression of ['none', 'gzip'] as const) {
      const rig = new TempLog();
      const owner = new TestOwner();
      add(rig.log.openBatch({ owner, compression }), { value: 'a' }, { value: 'b' });
      await rig.reopen();
      expect(owner.receipts).toMatchObject([{ baseOffset: 0, lastOffset: 1 }]);
      await owner.receipts[0].durable;
      expect(rig.values()).toEqual(['a', 'b']);
    }
  });

  test('a cut below it', () => {
    const rig = new TempLog();
    rig.log.append(numbered(4));
    const owner = new TestOwner();
    add(rig.log.openBatch({ owner }), { value: 'a' });
    rig.log.truncateFullyAndStartAt(2);
    expect(owner.receipts).toMatchObject([{ baseOffset: 4 }]);
    expect(rig.log.endOffset).toBe(2);
  });

  test('one without a record is forgotten', () => {
    const rig = new TempLog();
    const owner = new TestOwner();
    const batch = rig.log.openBatch({ owner });
    rig.log.append([{ value: 'a' }]);
    expect(batch.isOpen).toBe(false);
    expect(owner).toEqual({ receipts: [], errors: [] });
    expect(rig.values()).toEqual(['a']);
  });
});

test('an abandoned log loses it, and so does a crash: nothing of it is visible', () => {
  const rig = new TempLog();
  rig.log.append([{ value: 'a' }]);
  const owner = new TestOwner();
  add(rig.log.openBatch({ owner }), ...numbered(100, 0, 50));
  const report = rig.crash();
  expect(owner.errors).toMatchObject([{ code: 'ERR_MILLRACE_CLOSED' }]);
  expect(report.endOffset).toBe(1);
  expect(rig.values()).toEqual(['a']);
  rig.log.append([{ value: 'b' }]);
  expect(rig.crash().damage).toBeNull();
  expect(rig.values()).toEqual(['a', 'b']);
});

describe('a record that cannot be added leaves the batch as it was', () => {
  const bad: Record<string, [string, unknown]> = {
    'no record': ['ERR_MILLRACE_INVALID_ARGUMENT', null],
    'a number as value': ['ERR_MILLRACE_INVALID_ARGUMENT', { value: 7 }],
    'a bad header': ['ERR_MILLRACE_INVALID_ARGUMENT', { value: 'x', headers: { h: 7 } }],
    'too large': ['ERR_MILLRACE_TOO_LARGE', { value: Buffer.alloc(5000) }],
    'a getter that throws': [
      'Error: from the getter',
      {
        key: 'k'.repeat(100),
        get value(): string {
          throw new Error('from the getter');
        },
      },
    ],
  };

  test.each(Object.keys(bad))('%s', (name) => {
    const [expected, record] = bad[name];
    const rig = new TempLog({ maxMessageBytes: 4000 });
    const batch = rig.log.openBatch({ owner: new TestOwner() });
    add(batch, { value: 'a' });
    const { size } = batch;
    expect(code(() => batch.add(record as RecordInput, 1))).toBe(expected);
    expect(batch).toMatchObject({ size, count: 1, isOpen: true });
    add(batch, { value: 'b' });
    batch.seal();
    expect(rig.values()).toEqual(['a', 'b']);
    expect(rig.crash().damage).toBeNull();
  });

  test('one whose getter writes to the same log', () => {
    const rig = new TempLog();
    const batch = rig.log.openBatch({ owner: new TestOwner() });
    add(batch, { value: 'a' });
    for (const write of [
      () => rig.log.append([{ value: 'x' }]),
      () => batch.add({ value: 'x' }, 1),
      () => rig.log.roll(),
    ]) {
      const record = {
        get value() {
          write();
          return 'y';
        },
      };
      expect(code(() => batch.add(record, 1))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
    }
    add(batch, { value: 'b' });
    batch.seal();
    expect(rig.values()).toEqual(['a', 'b']);
  });
});

test('a full batch says so', () => {
  const rig = new TempLog({ maxMessageBytes: 200 });
  for (const compression of ['none', 'gzip'] as const) {
    const batch = rig.log.openBatch({ owner: new TestOwner(), compression });
    let count = 0;
    while (batch.add({ value: 'x'.repeat(30) }, 1)) count++;
    expect(count).toBe(3);
    expect(batch.count).toBe(3);
    batch.seal();
  }
  expect(rig.values()).toHaveLength(6);
});

test('timestamps: a record has its own, or that of its adding; under LogAppendTime that of the seal', () => {
  for (const compression of ['none', 'gzip'] as const) {
    const rig = new TempLog();
    const batch = rig.log.openBatch({ owner: new TestOwner(), compression });
    batch.add({ value: 'a' }, 1000);
    batch.add({ value: 'b' }, 1500);
    batch.add({ value: 'c', timestamp: 70 }, 1600);
    expect(batch.seal().logAppendTime).toBe(-1);
    expect(rig.records().map(({ timestamp }) => timestamp)).toEqual([1000, 1500, 70]);
    const stamped = new TempLog({ timestampType: 'LogAppendTime' });
    const open = stamped.log.openBatch({ owner: new TestOwner(), compression });
    open.add({ value: 'a', timestamp: 5 }, 1000);
    stamped.clock.advance(25);
    expect(open.seal().logAppendTime).toBe(stamped.clock.now());
    expect(stamped.records().map(({ timestamp }) => timestamp)).toEqual([stamped.clock.now()]);
    expect(stamped.log.offsetOfMaxTimestamp()?.timestamp).toBe(stamped.clock.now());
  }
});

test('it gets the epoch of the leader that opened it', () => {
  const rig = new TempLog();
  const batch = rig.log.openBatch({ owner: new TestOwner(), leaderEpoch: 4 });
  expect(rig.log.leaderEpochs.latest).toBe(-1);
  add(batch, { value: 'a' });
  batch.seal();
  expect(rig.log.leaderEpochs.latest).toBe(4);
  expect(code(() => rig.log.openBatch({ owner: new TestOwner(), leaderEpoch: 3 }))).toBe('ERR_MILLRACE_OUT_OF_ORDER');
  expect(code(() => rig.log.openBatch({ owner: new TestOwner(), compression: 'lzma' as 'gzip' }))).toBe(
    'ERR_MILLRACE_INVALID_ARGUMENT',
  );
});

test('one that is given up leaves zeros, and its offsets to the next', () => {
  const rig = new TempLog();
  const owner = new TestOwner();
  const batch = rig.log.openBatch({ owner });
  add(batch, ...numbered(100, 0, 100));
  const reason = new Error('enough');
  batch.discard(reason);
  batch.discard(new Error('once more'));
  expect(owner.errors).toEqual([reason]);
  const receipt = rig.log.append([{ value: 'a' }]);
  expect(receipt.baseOffset).toBe(0);
  expect(rig.crash().damage).toBeNull();
  expect(rig.values()).toEqual(['a']);
});

describe('addAll', () => {
  test('adds what it can, and says where it stopped', () => {
    const rig = new TempLog({ maxMessageBytes: 200 });
    for (const compression of ['none', 'gzip'] as const) {
      const batch = rig.log.openBatch({ owner: new TestOwner(), compression });
      const records = numbered(10, 0, 30);
      expect(batch.addAll(records, 2, 4, 1000)).toBe(4);
      expect(batch.addAll(records, 4, 10, 1001)).toBe(5);
      expect(batch.count).toBe(3);
      batch.seal();
      expect(rig.values().slice(-3)).toEqual(records.slice(2, 5).map(({ value }) => value));
      expect(
        rig
          .records()
          .slice(-3)
          .map(({ timestamp }) => timestamp),
      ).toEqual([1000, 1000, 1001]);
    }
  });

  test('stops before a record that cannot be one, and leaves those before it', () => {
    const throwing = {
      key: 'k'.repeat(50),
      get value(): string {
        throw new Error('from the getter');
      },
    };
    for (const bad of [null, { value: 7 }, { value: Buffer.alloc(5000) }, throwing]) {
      const rig = new TempLog({ maxMessageBytes: 4000 });
      const batch = rig.log.openBatch({ owner: new TestOwner() });
      add(batch, { value: 'first' });
      const records = [{ value: 'a', headers: { h: '1' } }, { value: 'b' }, bad, { value: 'c' }] as RecordInput[];
      const next = batch.addAll(records, 0, 4, 1);
      // What a getter interrupts is not known, and so not there.
      expect(batch.count).toBe(1 + next);
      expect(next).toBe(bad === throwing ? 1 : 2);
      expect(code(() => batch.add(records[2], 1))).not.toBe('nothing');
      add(batch, { value: 'last' });
      batch.seal();
      expect(rig.values()).toEqual(['first', 'a', 'b'].slice(0, 1 + next).concat('last'));
      expect(rig.crash().damage).toBeNull();
    }
  });
});
