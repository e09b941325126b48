import { expect, test } from 'vitest';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import type { JoinAnswer } from '#millrace/group/group-requests.js';
import { decodeSubscription } from '#millrace/group/subscription-format.js';
import { checkAssignors } from '#millrace/member/assignor-choice.js';
import { JoinTerms } from '#millrace/member/join-terms.js';

const place = { topic: 'orders', partition: 0 };

function terms(counts: { orders: number }, rackId: string | null = null): JoinTerms {
  const assignors = checkAssignors(['range', 'sticky']);
  const topics = { partitionCount: () => counts.orders, names: () => ['orders'] };
  return new JoinTerms({ assignors, rackId }, { topics, logger: {} });
}

function leads(protocols: ReturnType<JoinTerms['protocols']>, skipAssignment = false): JoinAnswer {
  return {
    error: null,
    generationId: 1,
    protocolType: 'consumer',
    protocolName: 'range',
    leader: 'm',
    skipAssignment,
    memberId: 'm',
    members: [{ memberId: 'm', groupInstanceId: null, metadata: protocols[0].metadata }],
  };
}

const facts = { topics: ['orders'], owned: [place], generationId: 4 };

test('a subscription for each assignor, in bytes of its own', () => {
  const protocols = terms({ orders: 1 }).protocols(facts);
  expect(protocols.map(({ name }) => name)).toEqual(['range', 'sticky']);
  const { metadata } = protocols[0];
  expect(metadata.byteLength).toBe(metadata.buffer.byteLength);
  expect(decodeSubscription(metadata)).toMatchObject({ topics: ['orders'], ownedPartitions: [place], generationId: 4 });
});

test('it says where it is, if it was told', () => {
  const racks = [null, 'eu-1'].map((rackId) =>
    terms({ orders: 1 }, rackId)
      .protocols(facts)
      .map(({ metadata }) => decodeSubscription(metadata).rackId),
  );
  expect(racks).toEqual([
    [null, null],
    ['eu-1', 'eu-1'],
  ]);
});

test('the leader assigns, and sees when topics are not as they were', () => {
  const counts = { orders: 1 };
  const leader = terms(counts);
  expect(leader.assignments({ ...leads(leader.protocols(facts)), leader: 'other' }, 'eager')).toEqual([]);
  expect(leader.isOutdated).toBe(false);
  expect(leader.assignments(leads(leader.protocols(facts)), 'eager')).toHaveLength(1);
  counts.orders = 2;
  expect(leader.isOutdated).toBe(true);
  // Told to leave the assignment as it is, it still watches.
  expect(leader.assignments(leads(leader.protocols(facts), true), 'eager')).toEqual([]);
  expect(leader.isOutdated).toBe(false);
  counts.orders = 3;
  expect(leader.isOutdated).toBe(true);
});

test('what is assigned comes once, is nothing where the leader was silent, and is told to a sticky assignor by the next join', () => {
  const member = terms({ orders: 2 });
  const twice = encodeAssignment({ partitions: [place, place], userData: null });
  expect(member.assigned(twice, 'sticky', 7)).toEqual([place]);
  const [, sticky] = member.protocols(facts);
  expect(decodeSubscription(sticky.metadata).userData).not.toBeNull();
  expect(member.assigned(new Uint8Array(0), 'range', 8)).toEqual([]);
  expect(() => member.assigned(Buffer.from([9]), 'range', 9)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }),
  );
  expect(() => member.assigned(twice, 'other', 9)).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_GROUP_REFUSED' }),
  );
});
