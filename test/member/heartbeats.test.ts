import { expect, test } from 'vitest';
import type { GroupCoordinator, GroupError, JoinAnswer, MemberIdentity } from '#millrace/group/group-requests.js';
import { Heartbeats } from '#millrace/member/heartbeats.js';
import { MembershipCounters } from '#millrace/member/membership-counters.js';
import { MembershipState } from '#millrace/member/membership-state.js';
import { TestClock } from '#millrace/test-clock.js';
import { turns } from './member-rig.ts';

class Rig {
  readonly clock = new TestClock();
  readonly counters = new MembershipCounters();
  readonly state = new MembershipState('g', null);
  readonly told: string[] = [];
  answer: GroupError | Error = null;
  tellRebalance: (error: GroupError) => void = () => undefined;
  readonly heartbeats: Heartbeats;

  constructor() {
    const coordinator: Partial<GroupCoordinator> = {
      heartbeat: async (_asked: MemberIdentity) => {
        if (this.answer instanceof Error) throw this.answer;
        return this.answer;
      },
      untilRebalance: () => new Promise((resolve) => (this.tellRebalance = resolve)),
    };
    this.heartbeats = new Heartbeats({
      coordinator: coordinator as GroupCoordinator,
      clock: this.clock,
      counters: this.counters,
      state: this.state,
      intervalMs: 1_000,
      onTime: () => void this.told.push('time'),
      onReaction: (reaction, error) => void this.told.push(`${reaction} ${error}`),
      onFailure: (error) => void this.told.push(String(error)),
    });
  }

  enter(generationId = 1): void {
    this.state.joins();
    this.state.joined({ error: null, generationId, memberId: 'm', leader: 'x', members: [] } as unknown as JoinAnswer);
    this.state.synced(null);
  }
}

test('by their time while it is in a generation, and no longer', async () => {
  const rig = new Rig();
  rig.heartbeats.start();
  rig.clock.advance(1_000);
  await turns(1);
  expect([rig.counters.heartbeats, rig.told]).toEqual([0, ['time']]);
  rig.enter();
  rig.clock.advance(2_000);
  await turns(1);
  expect(rig.counters.heartbeats).toBe(2);
  rig.heartbeats.now();
  await turns(1);
  expect(rig.counters.heartbeats).toBe(3);
  rig.heartbeats.stop();
  expect(rig.clock.scheduled).toBe(0);
});

test('what is answered is told, what passes and what is of another generation is not', async () => {
  const rig = new Rig();
  rig.enter();
  rig.answer = 'COORDINATOR_NOT_AVAILABLE';
  rig.heartbeats.now();
  await turns(1);
  rig.answer = 'REBALANCE_IN_PROGRESS';
  rig.heartbeats.now();
  await turns(1);
  expect(rig.told).toEqual(['rejoin REBALANCE_IN_PROGRESS']);
  // It knows, and need not ask.
  rig.answer = new Error('closed');
  rig.heartbeats.now();
  await turns(1);
  expect(rig.told).toHaveLength(1);
  rig.enter(2);
  rig.heartbeats.now();
  await turns(1);
  expect(rig.told[1]).toBe('Error: closed');
});

test('the coordinator tells at once, and of a generation that is over nobody hears', async () => {
  const rig = new Rig();
  rig.enter();
  rig.heartbeats.listen();
  const old = rig.tellRebalance;
  rig.enter(2);
  rig.heartbeats.listen();
  old('ILLEGAL_GENERATION');
  await turns(1);
  expect(rig.told).toEqual([]);
  rig.tellRebalance('REBALANCE_IN_PROGRESS');
  await turns(1);
  expect(rig.told).toEqual(['rejoin REBALANCE_IN_PROGRESS']);
});
