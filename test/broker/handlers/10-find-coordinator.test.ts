import { expect, test } from 'vitest';
import { findCoordinator } from '#millrace/protocol/apis/10-find-coordinator.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';

test.each([0, 1, 2, 3])('one key, version %i', async (version) => {
  const { broker, client } = await rig();
  for (const keyType of version === 0 ? [0] : [0, 1]) {
    const answer = await client.ask(findCoordinator, version, { key: 'a', keyType });
    expect(answer).toMatchObject({ errorCode: 0, nodeId: broker.store.nodeId, host: '127.0.0.1', port: broker.port });
  }
  // Whoever looks for a coordinator makes nothing.
  expect(broker.store.topics()).toEqual([]);
});

test.each([4, 5, 6])('many keys, version %i', async (version) => {
  const { broker, client } = await rig();
  const { coordinators } = await client.ask(findCoordinator, version, { keyType: 1, coordinatorKeys: ['a', '', 'ü'] });
  const place = { errorCode: 0, nodeId: broker.store.nodeId, host: '127.0.0.1', port: broker.port };
  expect(coordinators).toMatchObject([
    { key: 'a', ...place },
    { key: '', ...place },
    { key: 'ü', ...place },
  ]);
});

test('what has no coordinator here', async () => {
  const { client } = await rig();
  const nowhere = { errorCode: kafkaErrorCodes.INVALID_REQUEST, nodeId: -1, host: '', port: -1 };
  for (const keyType of [2, 3, -1]) {
    expect(await client.ask(findCoordinator, 2, { key: 'a', keyType })).toMatchObject(nowhere);
    const { coordinators } = await client.ask(findCoordinator, 6, { keyType, coordinatorKeys: ['g:t:0'] });
    expect(coordinators).toMatchObject([{ key: 'g:t:0', ...nowhere }]);
  }
});
