import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { batchOf, options } from './random.ts';

const [bytes] = encodeBatches(
  [
    { key: 'k', value: 'value', headers: { h: '1' }, timestamp: 9 },
    { key: null, value: '' },
  ],
  { ...options, compression: 'none' },
);

test('a record outlives the walk that gave it', () => {
  const [first, second] = [...batchOf(bytes)];
  expect(first.offset).toBe(options.baseOffset);
  expect(first.timestamp).toBe(9);
  expect([first.keySize, first.valueSize, second.keySize, second.valueSize]).toEqual([1, 5, -1, 0]);
  expect(first.key).toEqual(Buffer.from('k'));
  expect(first.value?.toString('latin1')).toBe('value');
  expect(first.headers).toEqual([{ key: 'h', value: Buffer.from('1') }]);
  expect([second.offset, second.key, second.value, second.headers]).toEqual([
    options.baseOffset + 1,
    null,
    Buffer.alloc(0),
    [],
  ]);
});

test('key and value are views onto the batch, not copies', () => {
  const copy = Buffer.from(bytes);
  const [record] = batchOf(copy);
  expect(record.value?.buffer).toBe(copy.buffer);
  const before = record.value?.toString();
  copy.fill('z', copy.indexOf('value'), copy.indexOf('value') + 5);
  expect([before, record.value?.toString()]).toEqual(['value', 'zzzzz']);
});

test('console.log shows what a record is', () => {
  const [record] = batchOf(bytes);
  expect(inspect(record)).toMatch(
    /offset: 7000000000,\s+timestamp: 9,\s+key: <Buffer 6b>,\s+value: <Buffer 76 61 6c 75 65>/,
  );
});
