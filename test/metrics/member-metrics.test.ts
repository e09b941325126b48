import { expect, test } from 'vitest';
import { createMetrics } from 'millrace/metrics';
import { openMemberRig } from '../member/member-rig.ts';
import { parseMetrics } from './scrape.ts';

const names = 'kafka_consumer_consumer_coordinator_metrics';

test('what members of groups have done, and those without a group are not among them', async () => {
  const rig = await openMemberRig();
  const registry = createMetrics(rig.store);
  const plain = rig.store.consumer({ clientId: 'plain' });
  plain.assign(['orders']);
  // Its join may take any time of the rig's clock: nothing but the test commits.
  const consumer = rig.consumer({ clientId: 'billing', heartbeatIntervalMs: 1_000, autoCommit: false });
  await rig.meanwhile(consumer.join());
  await rig.pass(3_500, 500);
  await consumer.commit();
  const of = '{client_id="billing",group_id="g"}';
  const values = parseMetrics(await registry.metrics());
  expect(Object.fromEntries(values)).toMatchObject({
    [`${names}_assigned_partitions{client_id="billing"}`]: 4,
    [`${names}_commit_total${of}`]: 1,
    [`${names}_failed_commit_total${of}`]: 0,
    [`${names}_join_total${of}`]: 2,
    [`${names}_sync_total${of}`]: 1,
    [`${names}_rebalance_total${of}`]: 1,
    [`${names}_heartbeat_total${of}`]: 3,
  });
  // Some time may have passed between its join and the answer to it.
  const heardAgo = values.get(`${names}_last_heartbeat_seconds_ago${of}`);
  expect(heardAgo).toBeGreaterThanOrEqual(0.5);
  expect(heardAgo).toBeLessThan(1);
  expect(values.get(`${names}_last_rebalance_seconds_ago${of}`)).toBeGreaterThan(3);
  expect(
    [...values.keys()].filter((name) => name.includes('plain') && name.includes('_total{client_id="plain",group')),
  ).toEqual([]);
  await consumer.close();
  expect([...parseMetrics(await registry.metrics()).keys()].filter((name) => name.includes('billing'))).toEqual([]);
});
