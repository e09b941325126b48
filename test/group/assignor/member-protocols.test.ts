import { expect, test } from 'vitest';
import { cooperativeStickyAssignor } from '#millrace/group/assignor/cooperative-sticky-assignor.js';
import { memberProtocols, rebalanceProtocolOf } from '#millrace/group/assignor/member-protocols.js';
import { rangeAssignor } from '#millrace/group/assignor/range-assignor.js';
import { stickyAssignor } from '#millrace/group/assignor/sticky-assignor.js';
import { stickyOwnership } from '#millrace/group/assignor/sticky-user-data.js';
import { decodeSubscription } from '#millrace/group/subscription-format.js';
import { partitionsOf } from './groups.ts';

test('a subscription for each assignor, with its own user data', () => {
  const lastAssignment = { partitions: partitionsOf('t-1'), generationId: 4 };
  const state = { topics: ['t'], lastAssignment, ownedPartitions: partitionsOf('t-1'), generationId: 5, rackId: 'r' };
  const protocols = memberProtocols([cooperativeStickyAssignor, stickyAssignor, rangeAssignor], state);
  expect(protocols.map(({ name }) => name)).toEqual(['cooperative-sticky', 'sticky', 'range']);
  const subscriptions = protocols.map(({ metadata }) => decodeSubscription(metadata));
  const { lastAssignment: _, ...common } = state;
  for (const subscription of subscriptions) expect(subscription).toMatchObject(common);
  expect(subscriptions[0].userData).toEqual(Buffer.from([0, 0, 0, 4]));
  expect(stickyOwnership(subscriptions[1])).toEqual(lastAssignment);
  expect(subscriptions[2].userData).toBe(null);
});

test('cooperative only if all assignors are', () => {
  expect(rebalanceProtocolOf([cooperativeStickyAssignor])).toBe('cooperative');
  expect(rebalanceProtocolOf([rangeAssignor, cooperativeStickyAssignor])).toBe('eager');
  const only = { ...cooperativeStickyAssignor, name: 'only', protocols: ['cooperative'] as const };
  expect(() => rebalanceProtocolOf([rangeAssignor, only])).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }),
  );
});
