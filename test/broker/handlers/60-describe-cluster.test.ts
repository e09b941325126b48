import { expect, test } from 'vitest';
import { describeCluster } from '#millrace/protocol/apis/60-describe-cluster.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';

const ask = { includeClusterAuthorizedOperations: false, includeFencedBrokers: false };

test.each([0, 1, 2])('this broker is all of the cluster, version %i', async (version) => {
  const { broker, client } = await rig({ config: { 'node.id': 4 } });
  expect(await client.ask(describeCluster, version, { ...ask, endpointType: 1 })).toMatchObject({
    errorCode: 0,
    clusterId: broker.store.clusterId,
    controllerId: 4,
    brokers: [{ brokerId: 4, host: '127.0.0.1', port: broker.port, rack: null }],
    clusterAuthorizedOperations: -0x8000_0000,
  });
});

test('controllers are to be asked elsewhere, and there are no others', async () => {
  const { client } = await rig();
  const errorOf = async (endpointType: number) =>
    (await client.ask(describeCluster, 1, { ...ask, endpointType })).errorCode;
  expect(await errorOf(2)).toBe(kafkaErrorCodes.MISMATCHED_ENDPOINT_TYPE);
  expect(await errorOf(3)).toBe(kafkaErrorCodes.UNSUPPORTED_ENDPOINT_TYPE);
});
