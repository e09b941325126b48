import { expect, test } from 'vitest';
import { OutputBuffer, PIECE_BYTES } from '#millrace/cli/consume/output-buffer.js';
import { ValueGather } from '#millrace/cli/consume/value-gather.js';
import { openStore, type RecordInput } from '#millrace/main.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { RecordBatch } from '#millrace/record/record-batch.js';
import { random } from '../../addon/support.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { Kept } from '../cli-run.ts';
import { brokenBatch } from './broken-batch.ts';

const suffix = Buffer.from('\r\n');

function output() {
  const kept = new Kept();
  return { kept, out: new OutputBuffer(kept, new AbortController().signal) };
}

async function gathered(batch: RecordBatch, most: () => number): Promise<{ bytes: Buffer; count: number }> {
  const { kept, out } = output();
  const gather = new ValueGather(suffix);
  let count = 0;
  gather.begin(batch);
  while (!gather.isDone) {
    count += gather.write(out, most());
    if (out.isFull) await out.drain();
  }
  expect(gather.isAll).toBe(true);
  await out.flush();
  return { bytes: kept.bytes, count };
}

test.each(['none', 'lz4'] as const)(
  'it writes what a cursor shows, whatever the sizes, compressed by %s',
  async (compression) => {
    const below = random();
    const sizes = [0, 1, 100, 3000, PIECE_BYTES / 2 - 2, PIECE_BYTES / 2 - 1, PIECE_BYTES / 2, PIECE_BYTES + 1];
    await using store = await openStore(temporaryDirectory(), { defaults: { 'max.message.bytes': 1 << 26 } });
    await store.createTopic('t');
    const log = store.partition('t', 0);
    for (let round = 0; round < 20; round++) {
      const records = Array.from({ length: 1 + below(12) }, (_, i): RecordInput => ({
        value: below(5) === 0 ? null : Buffer.alloc(sizes[below(sizes.length)], i),
        key: below(2) === 0 ? null : `key ${i}`,
        headers: below(3) === 0 ? { name: 'value' } : {},
      }));
      log.append(records, { compression });
    }
    for (let offset = 0; offset < log.endOffset; offset += 1 + below(4)) {
      for (const batch of log.read(offset, { maxBytes: 1 })) {
        const expected: Buffer[] = [];
        for (const { value } of batch) expected.push(value ?? Buffer.alloc(0), suffix);
        const { bytes, count } = await gathered(batch, () => 1 + below(5));
        expect(count).toBe(expected.length / 2);
        expect(bytes.equals(Buffer.concat(expected))).toBe(true);
      }
    }
  },
);

test('where a record is no record it is done, and says how far it came', () => {
  const bytes = brokenBatch();
  const { out } = output();
  const gather = new ValueGather(suffix);
  gather.begin(new RecordBatch(byteWindow(bytes), 0));
  expect(gather.write(out, 10)).toBe(2);
  expect([gather.isDone, gather.isAll, gather.offsetDelta]).toEqual([true, false, 1]);
});
