import { expect, test } from 'vitest';
import { Access } from '#millrace/broker/access.js';
import { changeConfigs } from '#millrace/broker/config-change.js';
import { operations } from '#millrace/broker/config-operation.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from './broker-fixture.ts';

test('what the store refuses is no fault of the setting', async () => {
  const { broker } = await rig();
  const { store } = broker;
  await store.createTopic('t');
  const call = { broker: { store, nodeId: 0, logger: {} } as never, access: Access.full };
  const changes = [{ name: 'retention.ms', configOperation: operations.set, value: '1' }];
  const asked = [{ resourceType: 2, resourceName: 't', isWhole: false, changes }];
  expect(await changeConfigs(call, asked, false)).toMatchObject([{ errorCode: 0 }]);
  await store.close();
  const [outcome] = await changeConfigs(call, asked, false);
  expect(outcome.errorCode).toBe(kafkaErrorCodes.NOT_LEADER_OR_FOLLOWER);
});
