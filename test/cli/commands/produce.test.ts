import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { partitionForKey } from '#millrace/producer/murmur2.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli, cliBytes } from '../cli-run.ts';

async function consumed(data: string, ...args: string[]): Promise<string[]> {
  return (await cli(['consume', 't', '--data', data, ...args])).stdout.trimEnd().split('\n');
}

test('lines of a file, with keys before a separator, land in the partition of Kafka', async () => {
  const data = temporaryDirectory();
  const file = join(data, 'in.txt');
  const keys = Array.from({ length: 40 }, (_, i) => `key-${i}`);
  writeFileSync(file, keys.map((key) => `${key}\tvalue of ${key}\n`).join(''));
  await cli(['topic', 'create', 't', '--partitions', '5', '--data', data]);
  expect((await cli(['produce', 't', file, '--key-separator', '\\t', '--data', data])).status).toBe(0);
  const lines = await consumed(data, '--format', '%p %k=%s\n');
  const expected = keys.map((key) => `${partitionForKey(key, 5)} ${key}=value of ${key}`);
  expect(lines.sort()).toEqual(expected.sort());
});

test('JSON values keep their bytes, and their key is a field; what is none is refused and the status is 1', async () => {
  const data = temporaryDirectory();
  const input = '{"id": 7,  "a":1}\nnot json\n\n{"id":"x"}\n';
  const result = await cli(['produce', 't', '--create', '--key-field', 'id', '--data', data], input);
  expect(result.status).toBe(1);
  expect(result.stderr).toMatch(
    /^millrace: line 2 refused: it is not JSON: .*\nmillrace: wrote 2 records .*, 1 refused\n$/,
  );
  expect(await consumed(data, '--format', '%k %s\n')).toEqual(['7 {"id": 7,  "a":1}', 'x {"id":"x"}']);
});

// Node before 22.15 reads zstd and cannot write it.
const codecs = ['none', 'gzip', 'snappy', 'lz4', ...('zstdCompressSync' in zlib ? ['zstd'] : [])];

test.each(codecs)('frames of any bytes come back as they were, compressed by %s', async (codec) => {
  const data = temporaryDirectory();
  const values = [Buffer.from('a\nb'), Buffer.alloc(0), Buffer.from([0, 255, 10]), Buffer.alloc(5000, 'z')];
  const input = Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(value.length);
      return [length, value];
    }),
  );
  const produce = ['produce', 't', '--create', '--framing', 'length', '--compression', codec, '--data', data];
  expect((await cli(produce, input)).status).toBe(0);
  expect(await cliBytes(['consume', 't', '--format', '%R%s', '--data', data])).toEqual(input);
});

test('lines longer than the bound are refused with their number, and the rest goes on', async () => {
  const data = temporaryDirectory();
  await cli(['topic', 'create', 't', '--config', 'max.message.bytes=1000', '--data', data]);
  const input = ['a', 'x'.repeat(2000), 'b', 'y'.repeat(950), 'c'].join('\n');
  const result = await cli(['produce', 't', '--durable', '--data', data], input);
  expect(result.status).toBe(1);
  expect(result.stderr).toMatch(
    /^millrace: line 2 refused: it is longer than the 1000 bytes .*\(ERR_MILLRACE_TOO_LARGE\)$/m,
  );
  expect(result.stderr).toMatch(
    /^millrace: line 4 refused: it needs a batch of 10\d\d bytes.*\(ERR_MILLRACE_TOO_LARGE\)$/m,
  );
  expect(await consumed(data)).toEqual(['a', 'b', 'c']);
});

test('what does not go together is wrong usage', async () => {
  const data = temporaryDirectory();
  const wrong: [string[], RegExp][] = [
    [['--key-field', 'a', '--key-separator', ':'], /cannot be used with option/],
    [['--key-field', 'a', '--framing', 'line'], /--key-field needs --framing json, not line/],
    [['--key-separator', ':', '--framing', 'json'], /--framing json has --key-field/],
    [['--key-separator', ''], /must have a character/],
    [['--framing', 'csv'], /Allowed choices are line, json, length/],
    [['--compression', 'rar'], /Allowed choices are none, gzip/],
    [['--acks', '2'], /Allowed choices are 0, 1, all, -1/],
    [['--acks', '0', '--durable'], /--durable waits for what --acks 0 does not/],
    [['--partition', '-1'], /Expected a whole number from 0 on/],
  ];
  for (const [args, why] of wrong) {
    const { status, stderr } = await cli(['produce', 't', '--data', data, ...args], 'a\n');
    expect([args, status]).toEqual([args, 2]);
    expect(stderr).toMatch(why);
  }
});

test('a topic or partition that is not there is a failure', async () => {
  const data = temporaryDirectory();
  await using store = await openStore(data);
  await store.createTopic('orders');
  await store.close();
  const topic = await cli(['produce', 'order', '--data', data], 'a\n');
  expect(topic.status).toBe(1);
  expect(topic.stderr).toMatch(/did you mean "orders"\?/);
  const partition = await cli(['produce', 'orders', '--partition', '1', '--data', data], 'a\n');
  expect(partition.status).toBe(1);
  expect(partition.stderr).toBe('millrace: topic "orders" has no partition 1, it has 1 (ERR_MILLRACE_UNKNOWN_TOPIC)\n');
});
