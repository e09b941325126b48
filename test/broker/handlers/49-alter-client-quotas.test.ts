import { expect, test } from 'vitest';
import { alterClientQuotas } from '#millrace/protocol/apis/49-alter-client-quotas.js';
import { describeClientQuotas } from '#millrace/protocol/apis/48-describe-client-quotas.js';
import { startBroker } from '#millrace/broker/broker.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { BrokerClient } from '../broker-client.ts';

test('each entity by itself, validated or done, and there after a restart', async () => {
  const data = temporaryDirectory();
  const entry = (type: string, value: number) => ({
    entity: [{ entityType: type, entityName: 'x' }],
    ops: [{ key: 'consumer_byte_rate', value, remove: false }],
  });
  const count = async (client: BrokerClient) =>
    (await client.ask(describeClientQuotas, 1, { components: [], strict: false })).entries!.length;
  {
    await using broker = await startBroker({ data, port: 0 });
    const client = await BrokerClient.connect(broker);
    const entries = [entry('user', 1000), entry('user', -1), entry('ip', 5), entry('client-id', 7)];
    const { INVALID_REQUEST } = kafkaErrorCodes;
    const ask = async (validateOnly: boolean) =>
      (await client.ask(alterClientQuotas, 1, { entries, validateOnly })).entries.map(({ errorCode }) => errorCode);
    expect(await ask(true)).toEqual([0, INVALID_REQUEST, INVALID_REQUEST, 0]);
    expect(await count(client)).toBe(0);
    expect(await ask(false)).toEqual([0, INVALID_REQUEST, INVALID_REQUEST, 0]);
    expect(await count(client)).toBe(2);
    client.close();
  }
  await using broker = await startBroker({ data, port: 0 });
  const client = await BrokerClient.connect(broker);
  expect(await count(client)).toBe(2);
  client.close();
});
