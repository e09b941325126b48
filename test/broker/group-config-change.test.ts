/** AlterConfigs, IncrementalAlterConfigs and DescribeConfigs of groups, over a socket. */
import { expect, test } from 'vitest';
import { describeConfigs } from '#millrace/protocol/apis/32-describe-configs.js';
import { alterConfigs } from '#millrace/protocol/apis/33-alter-configs.js';
import { incrementalAlterConfigs } from '#millrace/protocol/apis/44-incremental-alter-configs.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { startBroker } from '#millrace/broker/broker.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { BrokerClient } from './broker-client.ts';
import { rig } from './broker-fixture.ts';
import { WireConsumer } from './wire-consumer.ts';

const GROUP = 32;
const [SET, DELETE, APPEND] = [0, 1, 2];
const { INVALID_CONFIG, INVALID_REQUEST } = kafkaErrorCodes;
const [session, heartbeat] = ['consumer.session.timeout.ms', 'consumer.heartbeat.interval.ms'];

type Change = readonly [name: string, operation: number, value: string | null];

async function alter(client: BrokerClient, changes: readonly Change[], more = {}) {
  const { resourceName, validateOnly } = { resourceName: 'g', validateOnly: false, ...more };
  const configs = changes.map(([name, configOperation, value]) => ({ name, configOperation, value }));
  const resources = [{ resourceType: GROUP, resourceName, configs }];
  const { responses } = await client.ask(incrementalAlterConfigs, 1, { resources, validateOnly });
  return [responses[0].errorCode, responses[0].errorMessage];
}

async function described(client: BrokerClient, resourceName = 'g') {
  const { results } = await client.ask(describeConfigs, 4, {
    resources: [{ resourceType: GROUP, resourceName, configurationKeys: null }],
    includeSynonyms: true,
    includeDocumentation: true,
  });
  return results[0].configs.map(({ name, value, configSource }) => [name, value, configSource]);
}

test('a group has settings of its own, is told so, and may take them back', async () => {
  const { client, broker } = await rig();
  await broker.store.createTopic('t');
  expect(await described(client)).toEqual([
    [heartbeat, '5000', 5],
    [session, '45000', 5],
  ]);
  const member = new WireConsumer(client);
  expect((await member.join()).heartbeatIntervalMs).toBe(5_000);
  const changes: Change[] = [
    [heartbeat, SET, '7000'],
    [session, SET, '50000'],
  ];
  expect(await alter(client, changes, { validateOnly: true })).toEqual([0, null]);
  expect((await member.heartbeat()).heartbeatIntervalMs).toBe(5_000);
  expect(await alter(client, changes)).toEqual([0, null]);
  expect((await member.heartbeat()).heartbeatIntervalMs).toBe(7_000);
  expect(await described(client)).toEqual([
    [heartbeat, '7000', 8],
    [session, '50000', 8],
  ]);
  expect(await described(client, 'other')).toEqual([
    [heartbeat, '5000', 5],
    [session, '45000', 5],
  ]);
  await alter(client, [[heartbeat, DELETE, null]]);
  expect((await member.heartbeat()).heartbeatIntervalMs).toBe(5_000);
  // What AlterConfigs does not name is taken back.
  const resources = [{ resourceType: GROUP, resourceName: 'g', configs: [{ name: heartbeat, value: '6000' }] }];
  expect((await client.ask(alterConfigs, 2, { resources, validateOnly: false })).responses[0].errorCode).toBe(0);
  expect(await described(client)).toEqual([
    [heartbeat, '6000', 8],
    [session, '45000', 5],
  ]);
});

test('what cannot be changes nothing', async () => {
  const { client } = await rig();
  const cases: [Change[], RegExp][] = [
    [
      [
        [session, SET, '50000'],
        ['no.such', SET, '1'],
      ],
      /Unknown group config name: no\.such/,
    ],
    [[[session, SET, '44999']], /must be greater than or equal to group\.consumer\.min\.session\.timeout\.ms/],
    [[[heartbeat, SET, 'soon']], /Not a number of type INT/],
    [[[heartbeat, APPEND, '6000']], /Can't APPEND to key consumer\.heartbeat\.interval\.ms/],
    [[['no.such', APPEND, '1']], /Unknown group config name: no\.such/],
  ];
  for (const [changes, message] of cases)
    expect(await alter(client, changes)).toEqual([INVALID_CONFIG, expect.stringMatching(message)]);
  expect(await alter(client, [], { resourceName: '' })).toEqual([INVALID_REQUEST, expect.any(String)]);
  expect(await described(client)).toEqual([
    [heartbeat, '5000', 5],
    [session, '45000', 5],
  ]);
});

test('they are there when the broker is back', async () => {
  const data = temporaryDirectory();
  for (const before of ['5000', '8000']) {
    const broker = await startBroker({ port: 0, data });
    const client = await BrokerClient.connect(broker);
    expect((await described(client))[0][1]).toBe(before);
    expect(await alter(client, [[heartbeat, SET, '8000']])).toEqual([0, null]);
    client.close();
    await broker.close();
  }
});
