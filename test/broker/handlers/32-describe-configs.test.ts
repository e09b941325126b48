import { expect, test } from 'vitest';
import { brokerConfigNames } from '#millrace/broker/broker-config.js';
import { describeConfigs } from '#millrace/protocol/apis/32-describe-configs.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { topicConfigNames } from '#millrace/store/topic-config.js';
import { type Rig, rig } from '../broker-fixture.ts';

const [TOPIC, BROKER] = [2, 4];

interface Asking {
  readonly keys?: string[] | null;
  readonly version?: number;
  readonly more?: boolean;
}

async function describe({ client }: Rig, resourceType: number, resourceName: string, asking: Asking = {}) {
  const { keys = null, version = 4, more = false } = asking;
  const answer = await client.ask(describeConfigs, version, {
    resources: [{ resourceType, resourceName, configurationKeys: keys }],
    includeSynonyms: more,
    includeDocumentation: more,
  });
  expect(answer.results).toHaveLength(1);
  expect(answer.results[0]).toMatchObject({ resourceType, resourceName });
  return answer.results[0];
}

test.each([1, 2, 3, 4])('settings of a topic with their sources, version %i', async (version) => {
  const all = await rig({ config: { 'log.retention.hours': '2', 'log.flush.interval.messages': 5 } });
  await all.broker.store.createTopic('t', { config: { 'segment.bytes': 2048 } });
  const { errorCode, configs } = await describe(all, TOPIC, 't', { version, more: true });
  expect(errorCode).toBe(0);
  expect(configs.map(({ name }) => name)).toEqual(topicConfigNames);
  const found = (name: string) => configs.find((config) => config.name === name)!;
  expect(found('segment.bytes')).toMatchObject({
    value: '2048',
    readOnly: false,
    configSource: 1,
    isSensitive: false,
    synonyms: [
      { name: 'segment.bytes', value: '2048', source: 1 },
      { name: 'log.segment.bytes', value: '1073741824', source: 5 },
    ],
    ...(version >= 3 && { configType: 3, documentation: expect.stringContaining('segment') }),
  });
  // In the unit of the topic's setting.
  expect(found('retention.ms')).toMatchObject({
    value: '7200000',
    configSource: 4,
    synonyms: [
      { name: 'log.retention.hours', value: '7200000', source: 4 },
      { name: 'log.retention.ms', value: '259200000', source: 5 },
    ],
  });
  expect(found('flush.ms')).toMatchObject({ value: '9223372036854775807', configSource: 5 });
  expect(found('flush.messages')).toMatchObject({ value: '5', configSource: 4 });
  // And the topic obeys.
  expect(all.broker.store.topicConfig('t')).toMatchObject({ 'retention.ms': 7_200_000, 'flush.messages': 5 });
});

test('the directory in use, whoever named it', async () => {
  const all = await rig({ config: { 'log.dirs': '/elsewhere' } });
  const { configs } = await describe(all, BROKER, '0', { keys: ['log.dirs'] });
  expect(configs).toMatchObject([{ value: all.broker.store.directory, configSource: 4, readOnly: true }]);
});

test('only what is asked for: names, synonyms, documentation', async () => {
  const all = await rig();
  await all.broker.store.createTopic('t');
  const { configs } = await describe(all, TOPIC, 't', { keys: ['min.cleanable.dirty.ratio', 'no.such'] });
  expect(configs).toHaveLength(1);
  expect(configs[0]).toMatchObject({ name: 'min.cleanable.dirty.ratio', value: '0.5', configType: 6, synonyms: [] });
  expect(configs[0].documentation).toBeNull();
  // None named is all, as null is.
  expect((await describe(all, TOPIC, 't', { keys: [] })).configs).toHaveLength(topicConfigNames.length);
});

test('settings of the broker: all of them, most for reading only', async () => {
  const all = await rig({ config: { 'node.id': 3, 'num.partitions': '4' } });
  const { configs } = await describe(all, BROKER, '3', { more: true });
  expect(configs.map(({ name }) => name)).toEqual(brokerConfigNames);
  expect(configs.every(({ documentation }) => documentation !== null)).toBe(true);
  const isReadOnly = (name: string) => configs.find((config) => config.name === name)!.readOnly;
  expect(['num.partitions', 'log.retention.hours', 'log.retention.ms'].map(isReadOnly)).toEqual([true, true, false]);
  expect(configs.find(({ name }) => name === 'num.partitions')).toMatchObject({
    value: '4',
    configSource: 4,
    configType: 3,
    synonyms: [
      { name: 'num.partitions', value: '4', source: 4 },
      { name: 'num.partitions', value: '1', source: 5 },
    ],
  });
  expect(configs.find(({ name }) => name === 'auto.create.topics.enable')).toMatchObject({
    value: 'true',
    configSource: 5,
  });
  // What all brokers have in common and was changed while they ran: nothing.
  expect((await describe(all, BROKER, '')).configs).toEqual([]);
});

test.each([
  [TOPIC, 'none', kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION],
  [TOPIC, 'a b', kafkaErrorCodes.INVALID_TOPIC_EXCEPTION],
  [TOPIC, '', kafkaErrorCodes.INVALID_REQUEST],
  [BROKER, '77', kafkaErrorCodes.INVALID_REQUEST],
  [BROKER, 'x', kafkaErrorCodes.INVALID_REQUEST],
  [8, '0', kafkaErrorCodes.INVALID_REQUEST],
  [99, 'x', kafkaErrorCodes.INVALID_REQUEST],
])('there is no resource of type %i and name %j', async (type, name, errorCode) => {
  const all = await rig();
  const answer = await describe(all, type, name);
  expect(answer).toMatchObject({ errorCode, configs: [] });
  expect(answer.errorMessage).not.toBeNull();
});
