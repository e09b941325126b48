import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { findCoordinator } from '#millrace/protocol/apis/10-find-coordinator.js';
import { BrokerClient } from '../../broker/broker-client.ts';
import { cli } from '../cli-run.ts';
import { closedGroupDirectory } from '../group/group-fixture.ts';

test('while a broker has the directory, groups are read, and who would change them is told who has it and what does it', async () => {
  const { data } = await closedGroupDirectory();
  await using broker = await startBroker({ port: 0, data });
  const client = await BrokerClient.connect(broker);
  await client.ask(findCoordinator, 4, { keyType: 0, coordinatorKeys: ['billing'] });
  client.close();
  expect((await cli(['group', 'list', '--data', data])).stdout).toMatch(/^idle +Empty/m);
  expect((await cli(['group', 'describe', 'idle', '--data', data])).status).toBe(0);
  const rehearsed = await cli(['group', 'reset-offsets', 'idle', '--all-topics', '--to-latest', '--data', data]);
  expect(rehearsed.status).toBe(0);
  for (const change of [
    ['reset-offsets', 'idle', '--all-topics', '--to-latest', '--execute'],
    ['delete', 'idle'],
  ]) {
    const held = await cli(['group', ...change, '--data', data]);
    expect(held.status).toBe(1);
    expect(held.stderr).toMatch(/held by this process, since .*kafka-consumer-groups \(ERR_MILLRACE_LOCKED\)/);
  }
});

test('by itself it is wrong usage', async () => {
  expect((await cli(['group'])).status).toBe(2);
});
