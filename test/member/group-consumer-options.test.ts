import { expect, test } from 'vitest';
import { checkGroupOptions, isOfGroup } from '#millrace/member/group-consumer-options.js';

const wrong = (options: object) => (): unknown => checkGroupOptions({ groupId: 'g', ...options });

test("the defaults are those of Kafka's consumers", () => {
  expect(checkGroupOptions({ groupId: 'g', topics: 'orders' }, 'consumer-3')).toMatchObject({
    groupId: 'g',
    topics: ['orders'],
    groupInstanceId: null,
    rackId: null,
    sessionTimeoutMs: 45_000,
    heartbeatIntervalMs: 3_000,
    rebalanceTimeoutMs: 300_000,
    autoCommit: true,
    autoCommitIntervalMs: 5_000,
    consumer: { clientId: 'consumer-3', autoOffsetReset: 'latest', isolation: 'read_uncommitted' },
  });
});

test('a short session has heartbeats that keep it', () => {
  expect(checkGroupOptions({ groupId: 'g', sessionTimeoutMs: 6_000 }).heartbeatIntervalMs).toBe(2_000);
  expect(wrong({ sessionTimeoutMs: 6_000, heartbeatIntervalMs: 6_000 })).toThrow('heartbeatIntervalMs');
});

test('who is told of what is lost is who is told of what is given back, if nobody else is', () => {
  const onRevoked = (): void => undefined;
  const onLost = (): void => undefined;
  expect(checkGroupOptions({ groupId: 'g', onRevoked }).onLost).toBe(onRevoked);
  expect(checkGroupOptions({ groupId: 'g', onRevoked, onLost }).onLost).toBe(onLost);
});

test.each([
  [{ groupId: '' }, 'groupId'],
  [{ groupid: 'g' }, 'groupid'],
  [{ groupInstanceId: '' }, 'groupInstanceId'],
  [{ rackId: '' }, 'rackId'],
  [{ rackId: 1 }, 'rackId'],
  [{ topics: [7] }, 'topics'],
  [{ autoCommit: 'yes' }, 'autoCommit'],
  [{ autoCommitIntervalMs: 0 }, 'autoCommitIntervalMs'],
  [{ rebalanceTimeoutMs: 0.5 }, 'rebalanceTimeoutMs'],
  [{ sessionTimeoutMs: 2 ** 31 }, 'sessionTimeoutMs'],
  [{ assignors: ['best'] }, 'assignors'],
  [{ onAssigned: 7 }, 'onAssigned'],
  [{ maxBytes: 0 }, 'maxBytes'],
  [{ isolation: 'some' }, 'isolation'],
])('%j is refused by the name of what is wrong', (options, name) => {
  expect(wrong(options)).toThrow(name);
});

test('any option that only members have makes it one', () => {
  expect([isOfGroup({}), isOfGroup({ clientId: 'a' }), isOfGroup({ autoCommit: false })]).toEqual([false, false, true]);
});
