import { expect, test } from 'vitest';
import type { AssignedPartition } from '#millrace/consumer/assigned-partition.js';
import type {
  CommitRequest,
  GroupCoordinator,
  GroupError,
  JoinAnswer,
  OffsetAnswer,
} from '#millrace/group/group-requests.js';
import { MembershipCounters } from '#millrace/member/membership-counters.js';
import { MembershipState } from '#millrace/member/membership-state.js';
import { OffsetCommits } from '#millrace/member/offset-commits.js';
import { TestClock } from '#millrace/test-clock.js';
import { turns } from './member-rig.ts';

const place = { topic: 'orders', partition: 0 };
const offsets = [{ ...place, offset: 5 }];

class Rig {
  readonly clock = new TestClock();
  readonly counters = new MembershipCounters();
  readonly state = new MembershipState('g', null);
  readonly asked: CommitRequest[] = [];
  /** The next answers; none: no error. */
  errors: GroupError[] = [];
  answers: OffsetAnswer[] = [];
  doubts = 0;
  /** Answers wait for it. */
  answering: Promise<void> | null = null;
  readonly partition = { log: { isClosed: false }, isAssigned: true };
  readonly commits: OffsetCommits;

  constructor() {
    const coordinator: Partial<GroupCoordinator> = {
      commit: async (request) => {
        this.asked.push(request);
        if (this.answering !== null) await this.answering;
        const error = this.errors.shift() ?? null;
        return { errors: request.offsets.map(() => error) };
      },
      offsets: async () => this.answers.shift()!,
    };
    const { clock, counters, state } = this;
    const assigned = new Map([['orders 0', this.partition as unknown as AssignedPartition]]);
    const doubt = (): void => void this.doubts++;
    this.commits = new OffsetCommits({
      coordinator: coordinator as GroupCoordinator,
      clock,
      counters,
      state,
      assigned,
      doubt,
    });
    this.enter(1);
  }

  enter(generationId: number): void {
    this.state.joins();
    this.state.joined({ error: null, generationId, memberId: 'm', leader: 'x', members: [] } as unknown as JoinAnswer);
    this.state.synced(null);
  }

  async pass(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += 100) {
      await turns(1);
      this.clock.advance(100);
    }
    await turns(1);
  }
}

test('in the name of the member that it is, and what is committed is no news any more', async () => {
  const rig = new Rig();
  expect(rig.commits.news(offsets)).toEqual(offsets);
  await rig.commits.commit(offsets);
  expect(rig.asked).toMatchObject([{ groupId: 'g', memberId: 'm', generationId: 1, offsets, retentionMs: -1 }]);
  expect(rig.commits.news(offsets)).toEqual([]);
  expect(rig.counters.commits).toBe(1);
  rig.commits.begins(place, 9);
  expect(rig.commits.news(offsets)).toEqual(offsets);
  rig.commits.forget(place);
  expect(rig.commits.news([{ ...place, offset: 9 }])).toHaveLength(1);
});

test('what passes is tried again, a rebalance too; what is decided is told, and looked into', async () => {
  const rig = new Rig();
  rig.errors = ['NOT_COORDINATOR', 'REBALANCE_IN_PROGRESS', 'COORDINATOR_LOAD_IN_PROGRESS'];
  const committing = rig.commits.commit(offsets);
  await rig.pass(500);
  await committing;
  expect([rig.asked.length, rig.counters.failedCommits]).toEqual([4, 3]);
  rig.errors = ['UNKNOWN_MEMBER_ID'];
  await expect(rig.commits.commit(offsets)).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_MEMBER' });
  expect(rig.doubts).toBe(1);
});

test('a generation that began while it was asked is a rebalance', async () => {
  const rig = new Rig();
  rig.state.joins();
  rig.errors = ['ILLEGAL_GENERATION'];
  await expect(rig.commits.once(offsets)).rejects.toMatchObject({ code: 'ERR_MILLRACE_REBALANCE_IN_PROGRESS' });
  rig.enter(2);
  rig.errors = ['ILLEGAL_GENERATION'];
  await expect(rig.commits.once(offsets)).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_MEMBER' });
});

test('what is tried again takes nothing back that a later commit has said', async () => {
  const rig = new Rig();
  rig.errors = ['REBALANCE_IN_PROGRESS'];
  const first = rig.commits.commit(offsets);
  await turns(2);
  await rig.commits.commit([{ ...place, offset: 9 }]);
  await rig.pass(100);
  await first;
  expect(rig.asked.map((each) => each.offsets[0].offset)).toEqual([5, 9]);
});

test('what is tried again waits for a later commit that is on its way, and goes on when that has failed', async () => {
  const rig = new Rig();
  rig.errors = ['REBALANCE_IN_PROGRESS'];
  const first = rig.commits.commit(offsets);
  await turns(2);
  let answer = (): void => undefined;
  rig.answering = new Promise((resolve) => {
    answer = resolve;
  });
  const second = rig.commits.once([{ ...place, offset: 9 }]);
  second.catch(() => undefined); // Looked at below.
  await rig.pass(300);
  expect(rig.asked).toHaveLength(2);
  rig.errors = ['REBALANCE_IN_PROGRESS'];
  answer();
  rig.answering = null;
  await expect(second).rejects.toMatchObject({ code: 'ERR_MILLRACE_REBALANCE_IN_PROGRESS' });
  await rig.pass(100);
  await first;
  expect(rig.asked.map((each) => each.offsets[0].offset)).toEqual([5, 9, 5]);
});

test('what is tried again is not committed for a partition that was away meanwhile', async () => {
  const rig = new Rig();
  rig.errors = ['REBALANCE_IN_PROGRESS'];
  const committing = rig.commits.commit(offsets);
  committing.catch(() => undefined); // Looked at below.
  await turns(2);
  rig.partition.isAssigned = false;
  await rig.pass(100);
  await expect(committing).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_MEMBER' });
  expect(rig.asked).toHaveLength(1);
});

test('not for ever', async () => {
  const rig = new Rig();
  rig.errors = Array.from({ length: 1_000 }, () => 'COORDINATOR_NOT_AVAILABLE' as const);
  const committing = rig.commits.commit(offsets);
  committing.catch(() => undefined); // Looked at below.
  await rig.pass(61_000);
  await expect(committing).rejects.toMatchObject({ code: 'ERR_MILLRACE_TIMED_OUT', cause: expect.anything() });
});

test('of a partition that it does not have, or as no member, nothing is asked', async () => {
  const rig = new Rig();
  const refused = { code: 'ERR_MILLRACE_UNKNOWN_MEMBER' };
  await expect(rig.commits.once([{ topic: 'orders', partition: 1, offset: 0 }])).rejects.toMatchObject(refused);
  rig.state.left();
  await expect(rig.commits.once(offsets)).rejects.toMatchObject(refused);
  expect(rig.asked).toEqual([]);
});

test('of a topic that was deleted nothing is asked', async () => {
  const rig = new Rig();
  rig.partition.log.isClosed = true;
  await expect(rig.commits.commit(offsets)).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' });
  expect(rig.asked).toEqual([]);
});

test('without waiting: a callback, a promise that may be left alone', async () => {
  const rig = new Rig();
  const told: unknown[] = [];
  void rig.commits.tried(offsets, (error) => told.push(error));
  rig.errors = ['REBALANCE_IN_PROGRESS'];
  void rig.commits.tried(offsets, (error) => told.push((error as { code: string }).code));
  await turns(2);
  expect(told).toEqual([null, 'ERR_MILLRACE_REBALANCE_IN_PROGRESS']);
  expect(() => rig.commits.tried(offsets, 7 as never)).toThrow('callback');
});

test('an offset that a transaction may still set is waited for', async () => {
  const rig = new Rig();
  const committed = { ...place, offset: 3, leaderEpoch: -1, metadata: '', commitTimestamp: 0 };
  rig.answers = [
    { error: null, offsets: [{ ...place, error: 'UNSTABLE_OFFSET_COMMIT', committed: null }] },
    { error: 'NOT_COORDINATOR', offsets: [] },
    { error: null, offsets: [{ ...place, error: null, committed }] },
  ];
  const asking = rig.commits.committed([place]);
  await rig.pass(400);
  expect(await asking).toEqual([committed]);
  expect(await rig.commits.committed([])).toEqual([]);
  rig.answers = [{ error: 'INVALID_GROUP_ID', offsets: [] }];
  await expect(rig.commits.committed([place])).rejects.toMatchObject({ code: 'ERR_MILLRACE_GROUP_REFUSED' });
});
