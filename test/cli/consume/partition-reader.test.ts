import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OutputBuffer, PIECE_BYTES } from '#millrace/cli/consume/output-buffer.js';
import { PartitionReader } from '#millrace/cli/consume/partition-reader.js';
import { templateWriter } from '#millrace/cli/consume/record-text.js';
import { DescriptorStream } from '#millrace/cli/descriptor-stream.js';
import type { FollowedLog } from '#millrace/log/log-follower.js';
import { openStore } from '#millrace/main.js';
import { BatchRun } from '#millrace/record/batches.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { Kept } from '../cli-run.ts';
import { brokenBatch } from './broken-batch.ts';

async function opened(offset = 0, valueSuffix: Uint8Array | null = null, file: number | null = null) {
  const data = temporaryDirectory();
  const writer = await openStore(data);
  await writer.createTopic('t');
  const log = writer.partition('t', 0);
  log.append([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
  log.roll();
  log.append([{ value: 'd' }]);
  const store = await openStore(data, { readOnly: true });
  const kept = new Kept();
  const out = new OutputBuffer(file === null ? kept : new DescriptorStream(file), new AbortController().signal);
  const gaps: [number, number][] = [];
  const reader = new PartitionReader({
    log: store.partition('t', 0),
    partition: 0,
    offset,
    write: templateWriter(valueSuffix === null ? '%o%k/%s ' : `%s${valueSuffix.toString()}`, 't'),
    valueSuffix,
    file,
    out,
    onGap: (...gap) => gaps.push(gap),
  });
  const text = async (): Promise<string> => {
    await out.flush();
    return kept.text;
  };
  const close = async (): Promise<void> => {
    await store.close();
    await writer.close();
  };
  return { log, reader, out, gaps, text, close };
}

test('records are written read by read, from the offset on, and no more than asked for', async () => {
  const { log, reader, text, close } = await opened(1);
  expect(reader.endAtStart).toBe(4);
  expect(reader.readOn()).toBe(true);
  expect([reader.write(1), reader.isInside]).toEqual([1, true]);
  expect([reader.write(10), reader.isInside, reader.offset]).toEqual([1, false, 3]);
  expect(reader.readOn()).toBe(true);
  expect([reader.write(10), reader.offset]).toEqual([1, 4]);
  expect(reader.readOn()).toBe(false);
  log.append([{ value: 'e' }]);
  expect(reader.readOn()).toBe(true);
  reader.write(10);
  expect(await text()).toBe('1/b 2/c 3/d 4/e ');
  await close();
});

test('it stops when the output is full, and goes on where it was', async () => {
  const { log, reader, out, text, close } = await opened(4);
  const value = 'v'.repeat(PIECE_BYTES / 3);
  log.append([{ value }, { value }, { value }, { value }]);
  expect(reader.readOn()).toBe(true);
  const first = reader.write(10);
  expect(first).toBeLessThan(4);
  expect(out.isFull).toBe(true);
  expect(reader.write(10)).toBe(0);
  await out.drain();
  expect(reader.write(10)).toBe(4 - first);
  expect((await text()).split(' ').map((each) => each.slice(0, 2))).toEqual(['4/', '5/', '6/', '7/', '']);
  await close();
});

test('records that are gone are passed over, and that is told', async () => {
  const { log, reader, gaps, text, close } = await opened();
  log.deleteRecords(3);
  // Another thread removes the files, and the follower knows of the new start by their absence.
  await log.removed();
  reader.log.refresh();
  expect(reader.readOn()).toBe(true);
  reader.write(10);
  expect(gaps).toEqual([[0, 3]]);
  expect(await text()).toBe('3/d ');
  await close();
});

test.each(['none', 'lz4', 'gzip'] as const)(
  'batches of all kinds of nothing, compressed by %s',
  async (compression) => {
    const { log, reader, text, close } = await opened(4);
    log.append([{}, { key: 'k' }, { value: '' }, { value: 'v' }], { compression });
    log.append([{ key: '', value: 'w' }, {}], { compression });
    expect(reader.readOn()).toBe(true);
    expect(reader.write(10)).toBe(6);
    expect(await text()).toBe('4/ 5k/ 6/ 7/v 8/w 9/ ');
    await close();
  },
);

test.each(['none', 'gzip'] as const)('values by the quick way, compressed by %s', async (compression) => {
  const { log, reader, out, text, close } = await opened(1, Buffer.from(';'));
  const large = 'v'.repeat(PIECE_BYTES);
  log.append([{ value: 'e' }, { value: null }, { key: 'k', value: large }, { value: 'f' }], { compression });
  const wanted = `b;c;d;e;;${large};f;`;
  let written = 0;
  while (reader.isInside || reader.readOn()) {
    written += reader.write(written === 0 ? 1 : 10);
    if (out.isFull) await out.drain();
  }
  expect([written, reader.offset]).toEqual([7, 8]);
  expect((await text()) === wanted).toBe(true);
  await close();
});

test('into a file, the ways change where a batch wants another, and where so many are written as are wanted', async () => {
  const path = join(temporaryDirectory(), 'out');
  const file = openSync(path, 'w');
  const { log, reader, out, close } = await opened(1, Buffer.from(';'), file);
  log.append([{ value: 'e' }, { value: 'f' }, { value: 'g' }]);
  log.append([{ value: 'h' }, { value: 'i' }], { compression: 'gzip' });
  log.append([{ value: 'j' }]);
  const offsets: number[] = [];
  while (reader.isInside || reader.readOn()) {
    await out.flush();
    reader.write(2);
    await out.flush();
    offsets.push(reader.offset);
  }
  await close();
  closeSync(file);
  expect(readFileSync(path, 'utf8')).toBe('b;c;d;e;f;g;h;i;j;');
  expect(offsets).toEqual([3, 4, 4, 7, 10, 10]);
});

test('a record that is none is told of as ever, after what stands before it', async () => {
  const bytes = brokenBatch();
  const run = new BatchRun(byteWindow(bytes), 0, bytes.length, 0);
  const kept = new Kept();
  const out = new OutputBuffer(kept, new AbortController().signal);
  const reader = new PartitionReader({
    log: { endOffset: 3, read: () => run } as unknown as FollowedLog,
    partition: 0,
    offset: 0,
    write: templateWriter('%s;', 't'),
    valueSuffix: Buffer.from(';'),
    out,
    onGap: () => undefined,
  });
  reader.readOn();
  expect(() => reader.write(10)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }));
  await out.flush();
  expect(kept.text).toBe('a;b;');
});
