import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { native } from '#millrace/native.js';
import { copyResult, copyStop } from '#millrace/native-words.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { thrownBy } from './support.ts';

const [batch] = encodeBatches([{ value: 'a' }, { value: 'b' }], {
  baseOffset: 5,
  leaderEpoch: 0,
  compression: 'none',
  timestamp: 1,
  timestampType: 'CreateTime',
  batchBytesMax: 1024,
});
const suffix = Buffer.from(';');

function output(): { descriptor: number; text: () => string } {
  const path = join(temporaryDirectory(), 'out');
  const descriptor = openSync(path, 'w');
  onTestFinished(() => closeSync(descriptor));
  return { descriptor, text: () => readFileSync(path, 'latin1') };
}

test('copyValues writes values, and says where it stopped', () => {
  const { descriptor, text } = output();
  const result = new Float64Array(copyResult.length);
  expect(native.copyValues(batch, 0, 9, suffix, descriptor, 'out', result)).toBe(2);
  expect([...result]).toEqual([copyStop.end, batch.length, -1, 7]);
  expect(native.copyValues(batch, 6, 1, suffix, descriptor, 'out', result)).toBe(1);
  expect(native.copyValues(batch, 0, 1, suffix, descriptor, 'out', result)).toBe(1);
  expect([...result]).toEqual([copyStop.most, 0, 0, -1]);
  expect(native.copyValues(batch.subarray(0, -1), 0, 9, suffix, descriptor, 'out', result)).toBe(0);
  expect([...result]).toEqual([copyStop.other, 0, -1, -1]);
  expect(text()).toBe('a;b;b;a;');
});

test('copyValues refuses what is out of range, and tells what the system says', () => {
  const result = new Float64Array(copyResult.length);
  const refused = (start: number, most: number, end: Uint8Array, into: Float64Array): unknown =>
    thrownBy(() => native.copyValues(batch, start, most, end, 1, 'out', into));
  expect(refused(-1, 1, suffix, result)).toBeInstanceOf(RangeError);
  expect(refused(0, -1, suffix, result)).toBeInstanceOf(RangeError);
  expect(refused(0, 1, Buffer.alloc(4097), result)).toBeInstanceOf(RangeError);
  expect(refused(0, 1, suffix, new Float64Array(3))).toBeInstanceOf(RangeError);
  const { descriptor } = output();
  const closed = thrownBy(() => native.copyValues(batch, 0, 1, suffix, descriptor + 1000, 'out', result));
  expect(closed).toMatchObject({ code: 'EBADF', path: 'out' });
});
