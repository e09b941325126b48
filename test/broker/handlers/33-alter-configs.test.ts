import { expect, test } from 'vitest';
import { alterConfigs } from '#millrace/protocol/apis/33-alter-configs.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';

const TOPIC = 2;

test.each([0, 1, 2])('what is not named goes back to its default, version %i', async (version) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { config: { 'segment.bytes': 2048, 'retention.ms': 5 } });
  const alter = async (validateOnly: boolean, value: string | null) => {
    const resources = [{ resourceType: TOPIC, resourceName: 't', configs: [{ name: 'retention.ms', value }] }];
    return (await client.ask(alterConfigs, version, { resources, validateOnly })).responses[0];
  };
  expect(await alter(true, '6')).toMatchObject({ resourceType: TOPIC, resourceName: 't', errorCode: 0 });
  expect(broker.store.topic('t').config).toEqual({ 'segment.bytes': 2048, 'retention.ms': 5 });
  expect((await alter(false, null)).errorCode).toBe(kafkaErrorCodes.INVALID_REQUEST);
  expect((await alter(false, 'x')).errorCode).toBe(kafkaErrorCodes.INVALID_CONFIG);
  expect(broker.store.topic('t').config).toEqual({ 'segment.bytes': 2048, 'retention.ms': 5 });
  expect((await alter(false, '6')).errorCode).toBe(0);
  expect(broker.store.topic('t').config).toEqual({ 'retention.ms': 6 });
});
