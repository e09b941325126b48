import { expect, test } from 'vitest';
import { TopicWriter } from '#millrace/cli/produce/topic-writer.js';
import { openStore, type PartitionLog } from '#millrace/main.js';
import { valuesOf } from '../../store/store-fixture.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';

interface Made {
  writer: TopicWriter;
  logs: PartitionLog[];
  refused: [number, string][];
}

async function make(partitions: number, config: Record<string, number> = {}): Promise<Made> {
  const store = await openStore(temporaryDirectory());
  await store.createTopic('t', { partitions, config });
  const logs = Array.from({ length: partitions }, (_, i) => store.partition('t', i));
  const all = store.topicConfig('t');
  const refused: [number, string][] = [];
  const writer = new TopicWriter({
    logs,
    append: {},
    maxMessageBytes: all['max.message.bytes'] as number,
    segmentBytes: all['segment.bytes'] as number,
    refuse: (number, reason) => refused.push([number, reason]),
  });
  return { writer, logs, refused };
}

const bytes = (text: string): Buffer => Buffer.from(text);

test('keys go where the Java client puts them', async () => {
  const { writer, logs } = await make(8);
  // Hashes of org.apache.kafka.common.utils.UtilsTest: 21 -> -973932308, foobar -> -790332482, a-little-bit-long-string -> -985981536.
  for (const key of ['21', 'foobar', 'a-little-bit-long-string']) writer.add({ key: bytes(key), value: bytes(key) }, 1);
  writer.flush();
  const positive = (hash: number): number => (hash & 0x7fffffff) % 8;
  expect(valuesOf(logs[positive(-973932308)])).toContain('21');
  expect(valuesOf(logs[positive(-790332482)])).toContain('foobar');
  expect(valuesOf(logs[positive(-985981536)])).toContain('a-little-bit-long-string');
});

test('records without a key stay together for a group, and then go to the next partition', async () => {
  const { writer, logs } = await make(3);
  for (let group = 0; group < 3; group++) {
    for (let i = 0; i < 4; i++) writer.add({ key: null, value: bytes(`${group}`) }, 1);
    writer.flush();
  }
  expect(logs.map((log) => valuesOf(log).join('')).sort()).toEqual(['0000', '1111', '2222']);
  expect([writer.records, writer.bytes]).toEqual([12, 12]);
});

test('a record that no batch can hold is refused by its number, those around it are appended in order', async () => {
  const { writer, logs, refused } = await make(1, { 'max.message.bytes': 1000 });
  const sizes = [10, 999, 20, 930, 30, 2000, 931];
  sizes.forEach((size, i) => writer.add({ key: null, value: Buffer.alloc(size, 'a') }, i + 1));
  writer.flush();
  // A batch's header and a record's numbers take 70 bytes of the thousand.
  expect(refused.map(([number]) => number)).toEqual([2, 6, 7]);
  expect(refused[0][1]).toMatch(/^needs a batch of 10\d\d bytes, more than the 1000 .*\(ERR_MILLRACE_TOO_LARGE\)$/);
  expect(valuesOf(logs[0]).map(({ length }) => length)).toEqual([10, 20, 930, 30]);
});

test('groups are cut to what a small segment holds', async () => {
  const { writer, logs, refused } = await make(1, { 'segment.bytes': 1024 });
  const values = Array.from({ length: 300 }, (_, i) => `v${i}`);
  values.forEach((value, i) => writer.add({ key: null, value: bytes(value) }, i + 1));
  writer.flush();
  expect(refused).toEqual([]);
  expect(valuesOf(logs[0])).toEqual(values);
});

test('what was appended is on stable storage when it says so', async () => {
  const { writer, logs } = await make(2);
  writer.add({ key: bytes('a'), value: bytes('1') }, 1);
  writer.add({ key: bytes('b'), value: bytes('2') }, 2);
  writer.flush();
  await writer.durable();
  expect(logs.map((log) => log.durableOffset)).toEqual(logs.map((log) => log.endOffset));
});
