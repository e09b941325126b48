/** A membership with a coordinator that says what a test wants; group-consumer.test.ts has the real one. */
import { expect, test } from 'vitest';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import type { GroupCoordinator, GroupError, JoinAnswer, JoinRequest } from '#millrace/group/group-requests.js';
import { checkAssignors } from '#millrace/member/assignor-choice.js';
import { Membership } from '#millrace/member/membership.js';
import { MembershipCounters } from '#millrace/member/membership-counters.js';
import type { MembershipHost } from '#millrace/member/membership-parts.js';
import { TestClock } from '#millrace/test-clock.js';
import type { TopicPartition } from '#millrace/types.js';
import { turns } from './member-rig.ts';

const place = { topic: 'orders', partition: 0 };

class Rig {
  readonly clock = new TestClock();
  readonly told: string[] = [];
  readonly joins: JoinRequest[] = [];
  joinErrors: GroupError[] = ['MEMBER_ID_REQUIRED'];
  syncErrors: GroupError[] = [];
  heartbeat: GroupError = null;
  isSilent = false;
  assigned: TopicPartition[] = [place];
  subscribed = ['orders'];
  givesBack = false;
  free: () => void = () => undefined;
  isBurdened = false;
  readonly membership: Membership;
  #generation = 0;

  constructor(assignors?: readonly string[]) {
    const coordinator: Partial<GroupCoordinator> = {
      join: (request) => this.#join(request),
      sync: async () => {
        const error = this.syncErrors.shift() ?? null;
        const assignment = encodeAssignment({ partitions: this.assigned, userData: null });
        return { error, protocolType: 'consumer', protocolName: 'cooperative-sticky', assignment };
      },
      heartbeat: async () => this.heartbeat,
      untilRebalance: () => new Promise(() => undefined),
      leave: async (_groupId, [{ memberId }]) => {
        this.told.push(`left as ${memberId}`);
        return { error: null, members: [] };
      },
    };
    const host: MembershipHost = {
      subscribed: () => this.subscribed,
      owned: () => [],
      giveBack: async (which) => void this.told.push(`gives ${which}`),
      take: async (partitions) => {
        this.told.push(`takes ${partitions.length}`);
        return this.givesBack && !(this.givesBack = false);
      },
      settled: () => void this.told.push('settled'),
      lost: () => void this.told.push('lost'),
      free: () =>
        this.isBurdened ? new Promise((resolve) => (this.free = () => resolve(true))) : Promise.resolve(true),
      failed: (error) => void this.told.push(`failed ${(error as { code: string }).code}`),
      beaten: () => undefined,
    };
    this.membership = new Membership(
      {
        groupId: 'g',
        groupInstanceId: null,
        rackId: null,
        clientId: 'c',
        sessionTimeoutMs: 10_000,
        heartbeatIntervalMs: 1_000,
        rebalanceTimeoutMs: 20_000,
        assignors: checkAssignors(assignors ?? ['cooperative-sticky']),
      },
      {
        coordinator: coordinator as GroupCoordinator,
        topics: { partitionCount: () => 1, names: () => [] },
        clock: this.clock,
        logger: {},
        counters: new MembershipCounters(),
      },
      host,
    );
  }

  async start(): Promise<string[]> {
    this.membership.start();
    await turns(2);
    return this.told.splice(0);
  }

  async pass(ms: number): Promise<string[]> {
    this.clock.advance(ms);
    await turns(2);
    return this.told.splice(0);
  }

  async #join(request: JoinRequest): Promise<JoinAnswer> {
    this.joins.push(request);
    if (this.isSilent) return new Promise(() => undefined);
    const error = this.joinErrors.shift() ?? null;
    const memberId = request.memberId === '' ? `m${this.joins.length}` : request.memberId;
    const rest = { protocolType: 'consumer', protocolName: 'cooperative-sticky', leader: 'x', skipAssignment: false };
    return { error, generationId: error === null ? ++this.#generation : -1, memberId, members: [], ...rest };
  }
}

test('joins in two steps, says what it keeps to, and stays', async () => {
  const rig = new Rig();
  expect(await rig.start()).toEqual(['gives unsubscribed', 'gives unsubscribed', 'takes 1', 'settled']);
  expect(rig.joins.map(({ memberId }) => memberId)).toEqual(['', 'm1']);
  expect(rig.joins[1]).toMatchObject({
    requiresKnownMemberId: true,
    rebalanceTimeoutMs: 20_000,
    protocolType: 'consumer',
  });
  rig.membership.start();
  expect(await rig.pass(5_000)).toEqual([]);
});

test('eager members give all back before they join', async () => {
  const rig = new Rig(['range', 'cooperative-sticky']);
  rig.joinErrors = [];
  expect(await rig.start()).toEqual(['gives all', 'takes 1', 'settled']);
});

test('what passes is waited for, a rebalance in between joined again', async () => {
  const rig = new Rig();
  rig.joinErrors = ['COORDINATOR_LOAD_IN_PROGRESS'];
  rig.syncErrors = ['REBALANCE_IN_PROGRESS'];
  expect(await rig.start()).toEqual(['gives unsubscribed']);
  expect(await rig.pass(100)).toEqual(['gives unsubscribed', 'gives unsubscribed', 'takes 1', 'settled']);
});

test('one that had to give back for others joins again at once', async () => {
  const rig = new Rig();
  rig.joinErrors = [];
  rig.givesBack = true;
  expect(await rig.start()).toEqual(['gives unsubscribed', 'takes 1', 'gives unsubscribed', 'takes 1', 'settled']);
});

test('one that is lost gives up at once, and joins as a stranger when nothing of that is in hand', async () => {
  const rig = new Rig();
  rig.joinErrors = [];
  await rig.start();
  rig.heartbeat = 'UNKNOWN_MEMBER_ID';
  rig.isBurdened = true;
  expect(await rig.pass(1_000)).toEqual(['lost', 'gives lost']);
  rig.heartbeat = null;
  rig.free();
  expect(await rig.pass(0)).toEqual(['takes 1', 'settled']);
  expect(rig.joins.map(({ memberId }) => memberId)).toEqual(['', '']);
});

test('an assignment of what is not subscribed to any more is not taken', async () => {
  const rig = new Rig();
  rig.joinErrors = [];
  await rig.start();
  rig.subscribed = ['clicks'];
  rig.assigned = [{ topic: 'clicks', partition: 0 }];
  expect(await rig.pass(1_000)).toEqual(['gives unsubscribed', 'takes 1', 'settled']);
});

test('one that is expelled leaves, and comes back when it is started', async () => {
  const rig = new Rig();
  rig.joinErrors = [];
  await rig.start();
  await rig.membership.expel('too slow');
  expect(rig.told.splice(0)).toEqual(['left as m1', 'lost', 'gives lost']);
  expect(rig.membership.isAlive).toBe(false);
  expect(await rig.start()).toEqual(['gives unsubscribed', 'takes 1', 'settled']);
});

test('the end comes also while the coordinator is silent; then it does not begin again', async () => {
  const rig = new Rig();
  rig.joinErrors = [];
  await rig.start();
  rig.isSilent = true;
  rig.membership.rejoin('now');
  await turns(2);
  rig.told.length = 0;
  await rig.membership.end('closed');
  expect(rig.told.splice(0)).toEqual(['gives all', 'left as m1']);
  expect(await rig.start()).toEqual([]);
});

test('what cannot be is told, and ends it', async () => {
  const rig = new Rig();
  rig.joinErrors = ['GROUP_MAX_SIZE_REACHED'];
  expect(await rig.start()).toEqual([
    'gives unsubscribed',
    'lost',
    'failed ERR_MILLRACE_GROUP_REFUSED',
    'gives unsubscribed',
  ]);
  expect(rig.membership.isAlive).toBe(false);
  expect(await rig.start()).toEqual(['gives unsubscribed', 'takes 1', 'settled']);
  rig.heartbeat = 'FENCED_INSTANCE_ID';
  expect(await rig.pass(1_000)).toEqual([
    'lost',
    'gives lost',
    'lost',
    'failed ERR_MILLRACE_MEMBER_FENCED',
    'gives unsubscribed',
  ]);
});
