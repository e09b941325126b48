import { expect, test } from 'vitest';
import type { JoinAnswer } from '#millrace/group/group-requests.js';
import { CoordinatorTalk, type TalkParts } from '#millrace/member/coordinator-talk.js';
import { MembershipState } from '#millrace/member/membership-state.js';

const ANSWER: JoinAnswer = {
  error: null,
  memberId: 'm',
  generationId: 7,
  protocolType: 'consumer',
  protocolName: 'range',
  leader: 'other',
  skipAssignment: false,
  members: [],
};

/** One that has joined generation 6 as `m`, and what its coordinator was asked. */
function talking({ groupInstanceId = null as string | null, fails = false } = {}) {
  const state = new MembershipState('g', groupInstanceId);
  state.joined({ ...ANSWER, generationId: 6 });
  state.joins();
  const asked: unknown[] = [];
  const told: unknown[] = [];
  const answer =
    (name: string) =>
    async (...given: unknown[]) => {
      asked.push([name, ...given]);
      if (fails) throw new Error('not to be reached');
      return { error: null };
    };
  const coordinator = { join: answer('join'), sync: answer('sync'), leave: answer('leave') };
  const parts = {
    state,
    options: { groupId: 'g', groupInstanceId, clientId: 'c', sessionTimeoutMs: 10, rebalanceTimeoutMs: 20 },
    environment: { coordinator, logger: { debug: (each: unknown) => told.push(each) } },
    host: { owned: () => [] },
    terms: { assignments: () => [], protocols: (given: unknown) => [given] },
    protocol: 'cooperative',
  } as unknown as TalkParts;
  return { state, asked, told, talk: new CoordinatorTalk(parts) };
}

test('a join says who it is, what it reads and what it has', async () => {
  const { talk, asked } = talking();
  await talk.join(['t']);
  expect(asked).toMatchObject([
    ['join', { memberId: 'm', sessionTimeoutMs: 10, protocols: [{ topics: ['t'], owned: [], generationId: 6 }] }],
  ]);
});

test('who is answered late and has not left yet syncs, and is in the generation', async () => {
  const { talk, asked, state } = talking();
  await talk.joinedLate(ANSWER);
  expect(asked).toMatchObject([['sync', { memberId: 'm', generationId: 7, protocolName: 'range' }]]);
  expect(state).toMatchObject({ generationId: 7, phase: 'stable' });
});

test('who is answered late and was no member, or has left, leaves', async () => {
  const { talk, asked, state } = talking();
  await talk.joinedLate({ ...ANSWER, memberId: 'new' });
  state.left();
  await talk.joinedLate(ANSWER);
  expect(asked).toMatchObject([
    ['leave', 'g', [{ memberId: 'new' }]],
    ['leave', 'g', [{ memberId: 'm' }]],
  ]);
});

test('who is refused late does nothing', async () => {
  const { talk, asked } = talking();
  await talk.joinedLate({ ...ANSWER, memberId: '' });
  await talk.joinedLate({ ...ANSWER, error: 'UNKNOWN_MEMBER_ID' });
  expect(asked).toEqual([]);
});

test('a static member does not leave, nor does who is none', async () => {
  const { talk, asked } = talking({ groupInstanceId: 'i' });
  await talk.leave('m', 'why');
  await talk.joinedLate({ ...ANSWER, memberId: 'new' });
  await talking().talk.leave('', 'why');
  expect(asked).toEqual([]);
});

test('a coordinator that cannot be reached is logged, and no error of who ends', async () => {
  const { talk, told } = talking({ fails: true });
  await talk.leave('m', 'why');
  await talk.joinedLate(ANSWER);
  expect(told).toMatchObject([{ memberId: 'm' }, { memberId: 'm', generationId: 7 }]);
});
