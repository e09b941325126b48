import { expect, test } from 'vitest';
import { readPartitions, writePartitions } from '#millrace/group/partitions-format.js';
import { MessageReader } from '#millrace/protocol/message-reader.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import type { TopicPartition } from '#millrace/types.js';

const named = (topic: string, ...partitions: number[]): TopicPartition[] =>
  partitions.map((partition) => ({ topic, partition }));

function written(partitions: TopicPartition[]): string {
  const writer = new MessageWriter();
  writePartitions(writer, partitions);
  return writer.finish().toString('hex');
}

function read(hex: string): TopicPartition[] {
  return readPartitions(new MessageReader(Buffer.from(hex, 'hex'), 'partitions'));
}

test('those of a topic stand together, topics in the order in which they came', () => {
  const bytes = written([...named('b', 2), ...named('a', 0), ...named('b', 1)]);
  expect(bytes).toBe(
    ['00000002', '000162', '00000002', '00000002', '00000001', '000161', '00000001', '00000000'].join(''),
  );
  expect(read(bytes)).toEqual([...named('b', 2, 1), ...named('a', 0)]);
  expect(written([])).toBe('00000000');
  expect(read('00000000')).toEqual([]);
});

test('what cannot be is corrupt, before memory is taken for it', () => {
  const corrupt = expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' });
  expect(() => read('ffffffff')).toThrow(corrupt);
  expect(() => read('7fffffff')).toThrow(corrupt);
  expect(() => read('00000001000161ffffffff')).toThrow(corrupt);
  expect(() => read('000000010001617fffffff')).toThrow(corrupt);
  expect(() => read('00000001ffff00000000')).toThrow(corrupt);
});

test('negative partitions and those named twice are read as they are', () => {
  expect(read(['00000001', '000161', '00000003', 'ffffffff', '00000001', '00000001'].join(''))).toEqual(
    named('a', -1, 1, 1),
  );
});
