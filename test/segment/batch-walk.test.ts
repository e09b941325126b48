/** A walk shows every batch, damaged or not, says where bytes are none, and goes on behind them. */
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { BatchWalk } from '#millrace/segment/batch-walk.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbered, readyBatches } from '../support/temp-log.ts';

const system = new DiskFileSystem();
/** Three batches of two records. */
const batches = [0, 2, 4].map((baseOffset) => readyBatches(numbered(2, baseOffset, 40), { baseOffset }));
const log = Buffer.concat(batches);
const SIZE = batches[0].length;

/** The batches and ends of a walk over `bytes`, each as text. */
function walk(bytes: Buffer): string[] {
  const path = join(temporaryDirectory(), 'log');
  writeFileSync(path, bytes);
  const file = system.open(path, 'r');
  const steps: string[] = [];
  const walked = new BatchWalk(file);
  do {
    while (walked.next()) {
      const { position, header, isValid } = walked;
      steps.push(`${position} ${header.baseOffset}-${header.lastOffset}${isValid ? '' : ' invalid'}`);
      if (isValid) expect([...walked.batch].length).toBe(2);
    }
    const { position, reason, bytesLeft } = walked.end!;
    expect(bytesLeft).toBe(Math.max(0, bytes.length - position));
    steps.push(`${position} ${reason}`);
  } while (walked.resume());
  expect(walked.next()).toBe(false);
  file.close();
  return steps;
}

function changed(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.from(log);
  change(bytes);
  return bytes;
}

const first = '0 0-1';
const second = `${SIZE} 2-3`;
const third = `${2 * SIZE} 4-5`;

test.each<[string, Buffer, string[]]>([
  ['whole', log, [first, second, third, `${3 * SIZE} end`]],
  ['empty', Buffer.alloc(0), ['0 end']],
  ['reserved', Buffer.concat([log, Buffer.alloc(5000)]), [first, second, third, `${3 * SIZE} zeros`]],
  ['a few zeros', Buffer.concat([log, Buffer.alloc(20)]), [first, second, third, `${3 * SIZE} zeros`]],
  ['cut in a batch', log.subarray(0, 3 * SIZE - 7), [first, second, `${2 * SIZE} short`]],
  ['cut in a header', log.subarray(0, 2 * SIZE + 30), [first, second, `${2 * SIZE} short`]],
  ['a record changed', changed((b) => (b[SIZE + 80] ^= 1)), [first, `${second} invalid`, third, `${3 * SIZE} end`]],
  ['another magic', changed((b) => (b[SIZE + 16] = 3)), [first, `${SIZE} magic`, third, `${3 * SIZE} end`]],
  ['a wild length', changed((b) => b.writeInt32BE(-5, SIZE + 8)), [first, `${SIZE} length`, third, `${3 * SIZE} end`]],
  [
    'a long length',
    changed((b) => b.writeInt32BE(99_999, SIZE + 8)),
    [first, `${SIZE} short`, third, `${3 * SIZE} end`],
  ],
  ['no length', changed((b) => b.writeInt32BE(0, 2 * SIZE + 8)), [first, second, `${2 * SIZE} unpublished`]],
  ['a negative offset', changed((b) => (b[SIZE] = 0x80)), [first, `${SIZE} offset`, third, `${3 * SIZE} end`]],
  ['a hole', changed((b) => b.fill(0, SIZE, 2 * SIZE)), [first, `${SIZE} hole`, third, `${3 * SIZE} end`]],
])('%s', (_, bytes, steps) => {
  expect(walk(bytes)).toEqual(steps);
});

test('a length that reaches into the next batch is found out by the checksum, and the batch after that is found', () => {
  const bytes = changed((b) => b.writeInt32BE(b.readInt32BE(SIZE + 8) + 10, SIZE + 8));
  const steps = walk(bytes);
  expect(steps.slice(0, 2)).toEqual([first, `${second} invalid`]);
  expect(steps.at(-1)).toBe(`${3 * SIZE} end`);
});

test('batches longer than the buffer, and more of them than it holds, are shown whole', () => {
  const large = [0, 2].map((baseOffset) =>
    readyBatches(numbered(2, baseOffset, 300_000), { baseOffset, batchBytesMax: 1 << 22 }),
  );
  const many = Array.from({ length: 3000 }, (_, i) => readyBatches(numbered(2), { baseOffset: 4 + 2 * i }));
  const bytes = Buffer.concat([...large, ...many]);
  const steps = walk(bytes);
  expect(steps).toHaveLength(3003);
  expect(steps[1]).toBe(`${large[0].length} 2-3`);
  expect(steps.at(-1)).toBe(`${bytes.length} end`);
});

test('a second look sees what a writer has done meanwhile', () => {
  const path = join(temporaryDirectory(), 'log');
  writeFileSync(path, log.subarray(0, 2 * SIZE + 30));
  const file = system.open(path, 'r');
  const walked = new BatchWalk(file);
  while (walked.next());
  expect(walked.end!.reason).toBe('short');
  writeFileSync(path, log);
  walked.lookAgain();
  expect(walked.next()).toBe(true);
  expect(walked.position).toBe(2 * SIZE);
  truncateSync(path, 10);
  walked.lookAgain();
  expect(walked.next()).toBe(false);
  expect(walked.end!.reason).toBe('end');
  file.close();
});
