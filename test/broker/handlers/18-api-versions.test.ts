import { expect, test } from 'vitest';
import { allHandlers } from '#millrace/broker/handlers.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { decodeResponse } from '#millrace/protocol/response-frame.js';
import { rig } from '../broker-fixture.ts';

const software = { clientSoftwareName: 'test', clientSoftwareVersion: '1.0' };

test.each([0, 1, 2, 3, 4])('names what is registered, version %i', async (version) => {
  const { client } = await rig();
  const { errorCode, apiKeys } = await client.ask(apiVersions, version, software);
  expect(errorCode).toBe(0);
  expect(apiKeys.map(({ apiKey }) => apiKey)).toEqual([...allHandlers().keys()].sort((a, b) => a - b));
  // KAFKA-18659: older clients ask whether there is version 0 before they compress.
  expect(apiKeys[0]).toMatchObject({ apiKey: 0, minVersion: 0 });
});

test('a version that is not there yet is answered by version 0, with the range', async () => {
  const { client } = await rig();
  // Key, version 9, correlation id 7, no client id; no tags.
  const header = Buffer.from([0, 0, 0, 11, 0, 18, 0, 9, 0, 0, 0, 7, 0xff, 0xff, 0]);
  client.socket.write(header);
  const answer = decodeResponse(apiVersions, 0, await client.nextFrame());
  expect(answer).toMatchObject({
    errorCode: kafkaErrorCodes.UNSUPPORTED_VERSION,
    apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }],
  });
  expect((await client.ask(apiVersions, 3, software)).errorCode).toBe(0);
});

test.each(['', '-x', 'a b', 'x'.repeat(10) + '!'])(
  'a client that calls itself %j is refused',
  async (clientSoftwareName) => {
    const { client } = await rig();
    expect((await client.ask(apiVersions, 3, { ...software, clientSoftwareName })).errorCode).toBe(
      kafkaErrorCodes.INVALID_REQUEST,
    );
  },
);

test('clients are told that groups are of version 1 (KIP-848), and transactions of version 2 (KIP-890)', async () => {
  const { client } = await rig();
  const finalizedFeatures = [
    { name: 'group.version', maxVersionLevel: 1, minVersionLevel: 1 },
    { name: 'transaction.version', maxVersionLevel: 2, minVersionLevel: 2 },
  ];
  const supported = [
    { name: 'group.version', minVersion: 0, maxVersion: 1 },
    { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
  ];
  for (const version of [3, 4]) {
    const answer = await client.ask(apiVersions, version, software);
    expect(answer).toMatchObject({ finalizedFeaturesEpoch: 0, finalizedFeatures });
    // KAFKA-17011: clients of version 3 take a least version of 0 for an error.
    expect(answer.supportedFeatures).toEqual(version === 3 ? [] : supported);
  }
});
