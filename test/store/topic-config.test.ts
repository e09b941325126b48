import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import {
  changeTopicConfig,
  effectiveConfig,
  logSettings,
  notObeyed,
  topicConfigNames,
  topicConfigs,
} from '#millrace/store/topic-config.js';

/** Name, Kafka 4.2's default (LogConfig), a value just inside and one just outside of Kafka's bounds. */
const KAFKA = [
  ['cleanup.policy', 'delete', 'compact,delete', 'compress'],
  ['compression.gzip.level', -1, 9, 0],
  ['compression.lz4.level', 9, 17, 18],
  ['compression.type', 'producer', 'uncompressed', 'none'],
  ['compression.zstd.level', 3, -131_072, 23],
  ['delete.retention.ms', 86_400_000, 0, -1],
  ['file.delete.delay.ms', 60_000, 0, -1],
  ['flush.messages', Number.MAX_SAFE_INTEGER, 1, 0],
  ['flush.ms', Number.MAX_SAFE_INTEGER, 0, -1],
  ['follower.replication.throttled.replicas', '', '*', 'all'],
  ['index.interval.bytes', 4096, 0, -1],
  ['leader.replication.throttled.replicas', '', '1:2', '1-2'],
  ['local.retention.bytes', -2, -2, -3],
  ['local.retention.ms', -2, -2, -3],
  ['max.compaction.lag.ms', Number.MAX_SAFE_INTEGER, 1, 0],
  ['max.message.bytes', 1_048_588, 0, -1],
  ['message.timestamp.after.max.ms', 3_600_000, 0, -1],
  ['message.timestamp.before.max.ms', Number.MAX_SAFE_INTEGER, 0, -1],
  ['message.timestamp.type', 'CreateTime', 'LogAppendTime', 'createtime'],
  ['min.cleanable.dirty.ratio', 0.5, 1, 1.1],
  ['min.compaction.lag.ms', 0, 0, -1],
  ['min.insync.replicas', 1, 1, 0],
  ['preallocate', false, true, 'maybe'],
  ['remote.log.copy.disable', false, true, 1],
  ['remote.log.delete.on.disable', false, true, 1],
  ['remote.storage.enable', false, false, true],
  ['retention.bytes', -1, -5, 1.5],
  // Ours: three days in place of seven.
  ['retention.ms', 3 * 86_400_000, -1, -2],
  // Ours: Kafka's least is 1 MiB, but for its own tests.
  ['segment.bytes', 1_073_741_824, 1024, 1023],
  ['segment.index.bytes', 10_485_760, 4, 3],
  ['segment.jitter.ms', 0, 0, -1],
  ['segment.ms', 604_800_000, 1, 0],
  ['unclean.leader.election.enable', false, true, ''],
] as const;

test('the settings are those of Kafka 4.2, all of them', () => {
  expect(topicConfigNames.toSorted()).toEqual(KAFKA.map(([name]) => name).toSorted());
});

describe.each(KAFKA)('%s', (name, byDefault, good, bad) => {
  test(`is ${JSON.stringify(byDefault)} by default`, () => {
    expect(topicConfigs[name].default).toBe(byDefault);
    expect(effectiveConfig({}, {})[name]).toBe(byDefault);
  });

  test(`may be ${JSON.stringify(good)}, as a string too`, () => {
    expect(changeTopicConfig({}, { [name]: good })).toEqual({ [name]: good });
    expect(changeTopicConfig({}, { [name]: String(good) })).toEqual({ [name]: good });
  });

  test(`may not be ${JSON.stringify(bad)}: one sentence with the name, what it must be and the value`, () => {
    const shown = typeof bad === 'string' ? JSON.stringify(bad) : String(bad);
    let thrown: unknown;
    try {
      changeTopicConfig({}, { [name]: bad });
    } catch (error) {
      thrown = error;
    }
    expect(isMillraceError(thrown, 'ERR_MILLRACE_INVALID_ARGUMENT')).toBe(true);
    expect((thrown as Error).message).toBe(`${name} must be ${topicConfigs[name].expected}, got ${shown}`);
  });
});

test('an unknown name is refused, with the nearest that is known', () => {
  expect(() => changeTopicConfig({}, { 'retention.mss': 1 })).toThrow(
    '"retention.mss" is no topic setting, did you mean "retention.ms"?',
  );
  expect(() => changeTopicConfig({}, { colour: 1 })).toThrow(/^"colour" is no topic setting$/);
  expect(() => changeTopicConfig({}, { constructor: 1 })).toThrow('"constructor" is no topic setting');
});

test.each([null, 'retention.ms=1', 7, [], undefined])('%j is no object of settings', (config) => {
  expect(() => changeTopicConfig({}, config)).toThrow('config must be an object of topic settings');
});

test('null takes a setting back to its default, undefined leaves it', () => {
  const config = changeTopicConfig({}, { 'segment.ms': 5, 'flush.ms': 7 });
  expect(changeTopicConfig(config, { 'segment.ms': null, 'flush.ms': undefined })).toEqual({ 'flush.ms': 7 });
  expect(config).toEqual({ 'segment.ms': 5, 'flush.ms': 7 });
});

test('a topic goes before the store, and the store before Kafka', () => {
  const all = effectiveConfig({ 'segment.ms': 5 }, { 'segment.ms': 6, 'flush.ms': 7 });
  expect([all['segment.ms'], all['flush.ms'], all['index.interval.bytes']]).toEqual([5, 7, 4096]);
});

test('settings that contradict each other are refused', () => {
  expect(() => effectiveConfig({ 'min.compaction.lag.ms': 10, 'max.compaction.lag.ms': 9 }, {})).toThrow(
    'min.compaction.lag.ms must be at most max.compaction.lag.ms, which is 9, got 10',
  );
});

test('a log is told in its own words', () => {
  const config = changeTopicConfig(
    {},
    { 'compression.type': 'uncompressed', 'segment.bytes': '2048', 'flush.messages': 1 },
  );
  expect(logSettings(config, { 'message.timestamp.type': 'LogAppendTime' })).toMatchObject({
    compression: 'none',
    segmentBytes: 2048,
    flushMessages: 1,
    timestampType: 'LogAppendTime',
    maxMessageBytes: 1_048_588,
    retentionMs: 3 * 86_400_000,
  });
});

test('what is stored and not acted on is known', () => {
  expect(notObeyed({ 'cleanup.policy': 'compact', 'segment.ms': 5, preallocate: true })).toEqual(['preallocate']);
});

test('docs/operations.md has each setting once, with its default, among those that are acted on or the others', () => {
  const page = readFileSync('docs/operations.md', 'utf8');
  const [, section] = /^## Settings of topics$([\s\S]*?)^## /m.exec(page)!;
  const [, obeyed, stored] = section.split(/^Acted on by this version:|^Checked and stored/m);
  const rows = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('| `'));
  const cells = [
    ...rows(obeyed).map((row) => [row, true] as const),
    ...rows(stored).map((row) => [row, false] as const),
  ];
  const found = cells.map(([row, isObeyed]) => [
    ...row
      .split('|')
      .slice(1, 3)
      .map((cell) => cell.trim()),
    isObeyed,
  ]);
  const shown = (value: unknown): string =>
    value === Number.MAX_SAFE_INTEGER ? 'never' : value === '' ? 'none' : `\`${String(value)}\``;
  const expected = topicConfigNames.map((name) => [
    `\`${name}\``,
    shown(topicConfigs[name].default),
    topicConfigs[name].obeyed,
  ]);
  expect(found).toHaveLength(expected.length);
  expect(new Set(found.map(String))).toEqual(new Set(expected.map(String)));
});
