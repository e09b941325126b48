import { expect, test } from 'vitest';
import { type AskedTopic, checkNewTopic } from '#millrace/broker/new-topic.js';
import { checkBrokerConfig } from '#millrace/broker/broker-config.js';
import { rig } from './broker-fixture.ts';

const asked: AskedTopic = { name: 't', numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };

test('what is not said has the default of the broker; what Kafka calls a name before a setting is wrong first', async () => {
  const { broker } = await rig();
  const { config } = checkBrokerConfig({ 'num.partitions': 3, 'default.replication.factor': 2 });
  const context = { store: broker.store, nodeId: 0, config } as never;
  expect(checkNewTopic(context, { ...asked, configs: [{ name: 'retention.ms', value: '7' }] })).toEqual({
    options: { partitions: 3, config: { 'retention.ms': '7' } },
    replicationFactor: 2,
  });
  const wrong = { ...asked, name: '..', configs: [{ name: 'no.such', value: '7' }], numPartitions: 0 };
  expect(() => checkNewTopic(context, wrong)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_TOPIC' }));
  expect(broker.store.topics()).toEqual([]);
});
