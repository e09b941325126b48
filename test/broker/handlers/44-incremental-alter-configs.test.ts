import { expect, test } from 'vitest';
import { incrementalAlterConfigs } from '#millrace/protocol/apis/44-incremental-alter-configs.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { type Rig, rig } from '../broker-fixture.ts';

const [TOPIC, BROKER] = [2, 4];
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3];
const { INVALID_CONFIG, INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION } = kafkaErrorCodes;

type Change = readonly [name: string, operation: number, value: string | null];

async function alter(
  { client }: Rig,
  changes: readonly Change[],
  more: Partial<{ type: number; name: string; version: number; validateOnly: boolean }> = {},
) {
  const { type = TOPIC, name = 't', version = 1, validateOnly = false } = more;
  const configs = changes.map(([key, configOperation, value]) => ({ name: key, configOperation, value }));
  const resources = [{ resourceType: type, resourceName: name, configs }];
  const { responses } = await client.ask(incrementalAlterConfigs, version, { resources, validateOnly });
  return [responses[0].errorCode, responses[0].errorMessage];
}

async function rigWith(config = {}): Promise<Rig> {
  const all = await rig();
  await all.broker.store.createTopic('t', { config });
  return all;
}

test.each([0, 1])('sets, takes back, adds to lists and takes from them, version %i', async (version) => {
  const all = await rigWith({ 'segment.bytes': 2048 });
  const config = () => all.broker.store.topic('t').config;
  expect(await alter(all, [['retention.ms', SET, '5']], { version })).toEqual([0, null]);
  expect(config()).toEqual({ 'segment.bytes': 2048, 'retention.ms': 5 });
  await alter(all, [['segment.bytes', DELETE, null]], { version });
  expect(config()).toEqual({ 'retention.ms': 5 });
  await alter(all, [['cleanup.policy', APPEND, 'compact,delete']], { version });
  expect(config()['cleanup.policy']).toBe('delete,compact');
  await alter(all, [['cleanup.policy', SUBTRACT, 'delete']], { version });
  expect(config()['cleanup.policy']).toBe('compact');
  expect(all.broker.store.partition('t', 0).settings.compact).toBe(true);
});

test('what is not there can be taken back', async () => {
  const all = await rigWith();
  expect(await alter(all, [['no.such', DELETE, null]])).toEqual([0, null]);
  expect(await alter(all, [['retention.ms', DELETE, null]])).toEqual([0, null]);
  expect(all.broker.store.topic('t').config).toEqual({});
});

test('a change that cannot be had changes nothing of its resource', async () => {
  const all = await rigWith();
  const cases: [Change[], number, RegExp][] = [
    [
      [
        ['retention.ms', SET, '5'],
        ['no.such', SET, '1'],
      ],
      INVALID_CONFIG,
      /"no\.such" is no topic setting/,
    ],
    [
      [
        ['retention.ms', SET, '5'],
        ['segment.ms', SET, 'soon'],
      ],
      INVALID_CONFIG,
      /segment\.ms must be/,
    ],
    [
      [
        ['retention.ms', SET, '5'],
        ['retention.ms', DELETE, null],
      ],
      INVALID_REQUEST,
      /duplicate config keys/,
    ],
    [[['retention.ms', SET, null]], INVALID_REQUEST, /^Null value not supported for : retention\.ms$/],
    [[['retention.ms', APPEND, '5']], INVALID_CONFIG, /^Can't APPEND to key retention\.ms because/],
    [[['no.such', SUBTRACT, '5']], INVALID_CONFIG, /^Can't SUBTRACT to key no\.such because/],
    [[['retention.ms', 4, '5']], INVALID_REQUEST, /^Unknown operations type 4$/],
    [
      [
        ['min.compaction.lag.ms', SET, '9'],
        ['max.compaction.lag.ms', SET, '8'],
      ],
      INVALID_CONFIG,
      /compaction\.lag/,
    ],
  ];
  for (const [changes, code, message] of cases) {
    expect(await alter(all, changes)).toEqual([code, expect.stringMatching(message)]);
  }
  expect(all.broker.store.topic('t').config).toEqual({});
});

test('only validates, where that is asked for', async () => {
  const all = await rigWith();
  expect(await alter(all, [['retention.ms', SET, '5']], { validateOnly: true })).toEqual([0, null]);
  expect((await alter(all, [['retention.ms', SET, 'x']], { validateOnly: true }))[0]).toBe(INVALID_CONFIG);
  expect(all.broker.store.topic('t').config).toEqual({});
});

test('unknown topics and the broker are refused', async () => {
  const all = await rigWith();
  const change: Change[] = [['retention.ms', SET, '5']];
  expect(await alter(all, change, { name: 'none' })).toEqual([
    UNKNOWN_TOPIC_OR_PARTITION,
    expect.stringContaining("'none'"),
  ]);
  expect(await alter(all, change, { name: '' })).toEqual([INVALID_REQUEST, 'Default topic resources are not allowed.']);
  expect(await alter(all, [['num.partitions', SET, '5']], { type: BROKER, name: '0' })).toEqual([
    INVALID_REQUEST,
    'Cannot update these configs dynamically: [num.partitions]',
  ]);
  expect((await alter(all, change, { type: BROKER, name: '9' }))[0]).toBe(INVALID_REQUEST);
});

test('a resource that comes twice is refused both times, and others are changed', async () => {
  const { broker, client } = await rigWith();
  await broker.store.createTopic('u');
  const configs = [{ name: 'retention.ms', configOperation: SET, value: '5' }];
  const resources = ['t', 'u', 't'].map((resourceName) => ({ resourceType: TOPIC, resourceName, configs }));
  const { responses } = await client.ask(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  expect(responses.map(({ errorCode }) => errorCode)).toEqual([INVALID_REQUEST, 0, INVALID_REQUEST]);
  expect(broker.store.topic('t').config).toEqual({});
  expect(broker.store.topic('u').config).toEqual({ 'retention.ms': 5 });
});
