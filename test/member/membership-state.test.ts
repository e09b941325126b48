import { describe, expect, test } from 'vitest';
import type { JoinAnswer } from '#millrace/group/group-requests.js';
import { MembershipState } from '#millrace/member/membership-state.js';

const answer: JoinAnswer = {
  error: null,
  generationId: 3,
  protocolType: 'consumer',
  protocolName: 'range',
  leader: 'm',
  skipAssignment: false,
  memberId: 'm',
  members: [],
};

/** In generation 3. */
function stable(): MembershipState {
  const state = new MembershipState('g', null);
  state.joins();
  state.joined(answer);
  state.synced(null);
  return state;
}

describe('the way in', () => {
  test('in two steps: with an id of its own first', () => {
    const state = new MembershipState('g', null);
    state.joins();
    expect(state.joined({ ...answer, error: 'MEMBER_ID_REQUIRED', memberId: 'm', generationId: -1 })).toBe('rejoin');
    expect([state.memberId, state.isMember, state.isLost]).toEqual(['m', false, false]);
    state.joins();
    expect(state.joined(answer)).toBeNull();
    expect([state.phase, state.isLeader, state.isMember]).toEqual(['syncing', true, true]);
    expect(state.synced(null)).toBeNull();
    expect([state.phase, state.mustRejoin]).toEqual(['stable', false]);
    expect(state.identity).toEqual({ groupId: 'g', memberId: 'm', groupInstanceId: null, generationId: 3 });
  });

  test('a rebalance in between costs nothing but another join', () => {
    const state = new MembershipState('g', null);
    state.joins();
    state.joined(answer);
    expect(state.synced('REBALANCE_IN_PROGRESS')).toBe('rejoin');
    expect([state.mustRejoin, state.memberId, state.generationId, state.isLost]).toEqual([true, 'm', 3, false]);
  });

  test('what passes changes nothing', () => {
    const state = stable();
    state.joins();
    expect(state.joined({ ...answer, error: 'NOT_COORDINATOR', memberId: '' })).toBe('again');
    expect([state.memberId, state.generationId, state.isLost]).toEqual(['m', 3, false]);
  });
});

describe('the way out', () => {
  test('a generation that is over is lost, the member is not', () => {
    const state = stable();
    expect(state.beat(state.identity, 'ILLEGAL_GENERATION')).toBe('renew');
    expect([state.memberId, state.generationId, state.isLost, state.mustRejoin]).toEqual(['m', -1, true, true]);
    state.mourned();
    expect(state.isLost).toBe(false);
  });

  test('a member that is not known any more begins as a stranger', () => {
    const state = stable();
    expect(state.beat(state.identity, 'UNKNOWN_MEMBER_ID')).toBe('anew');
    expect([state.memberId, state.isLost, state.isLeader]).toEqual(['', true, false]);
  });

  test('what was said of another generation means nothing', () => {
    const state = stable();
    const before = { ...state.identity, generationId: 2 };
    expect(state.beat(before, 'UNKNOWN_MEMBER_ID')).toBeNull();
    expect([state.isMember, state.mustRejoin]).toEqual([true, false]);
  });

  test('a rebalance is news only to who is not on the way already', () => {
    const state = stable();
    expect(state.beat(state.identity, 'REBALANCE_IN_PROGRESS')).toBe('rejoin');
    state.joins();
    expect(state.beat(state.identity, 'REBALANCE_IN_PROGRESS')).toBeNull();
    expect(state.rejoinReason).toBeNull();
  });

  test('who leaves has lost what he had', () => {
    const state = stable();
    state.left();
    expect([state.phase, state.memberId, state.isLost]).toEqual(['out', '', true]);
    const stranger = new MembershipState('g', null);
    stranger.left();
    expect(stranger.isLost).toBe(false);
  });
});
