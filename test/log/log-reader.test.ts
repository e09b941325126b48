import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BATCH_HEADER_SIZE } from '#millrace/limits.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

test('a reader tells the bounds of the log, its size and its segments', () => {
  const rig = new TempLog();
  const { log } = rig;
  expect([log.startOffset, log.endOffset, log.size, log.segmentCount, log.isClosed]).toEqual([0, 0, 0, 1, false]);
  log.append(numbered(5));
  const { size } = log;
  log.roll();
  log.append(numbered(5));
  expect([log.endOffset, log.size, log.segmentCount, log.directory]).toEqual([10, 2 * size, 2, rig.directory]);
});

test('a read goes on where the last one ended, over segments, and ends at the end', () => {
  const rig = new TempLog();
  for (let i = 0; i < 6; i++) {
    rig.log.append(numbered(3, i * 3));
    if (i % 2 === 1) rig.log.roll();
  }
  const bounds: number[] = [];
  for (let offset = 0; ;) {
    const run = rig.log.read(offset);
    if (run.size === 0) break;
    offset = run.nextOffset;
    bounds.push(offset);
  }
  expect(bounds).toEqual([6, 12, 18]);
});

test.each([-1, 1.5, '5', Number.NaN, 2 ** 60])('the offset %j is out of range', (offset) => {
  const rig = new TempLog();
  rig.log.append(numbered(10));
  expect(() => rig.log.read(offset as number)).toThrow(`offset ${offset} of ${rig.directory}: the log has 0 to 10`);
});

test('a closed log refuses every question', async () => {
  const rig = new TempLog();
  rig.log.append(numbered(1));
  await rig.log.close();
  const closed = `the log in ${rig.directory} is closed`;
  expect(() => rig.log.read(0)).toThrow(closed);
  expect(() => rig.log.offsetForTimestamp(0)).toThrow(closed);
  expect(() => rig.log.offsetOfMaxTimestamp()).toThrow(closed);
  expect(() => rig.log.leaderEpochAt(0)).toThrow(closed);
  await expect(rig.log.readAsync(0)).rejects.toThrow(closed);
  expect(rig.log.isClosed).toBe(true);
});

test('a record that is malformed is told with the path of its segment and the position of its batch', async () => {
  const rig = new TempLog();
  rig.log.append([{ value: 'first' }]);
  rig.log.append([{ value: 'other' }]);
  const size = rig.log.size / 2;
  await rig.log.flush();
  const [name] = rig.names('.log');
  const path = join(rig.log.directory, name);
  // The length of the second batch's record: more than the batch has.
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from([0x7e]), 0, 1, size + BATCH_HEADER_SIZE);
  closeSync(file);
  const [batch] = rig.log.read(1);
  const read = (): unknown => [...batch];
  expect(read).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path, position: size }));
  expect(read).toThrow(path);
});

test('a read finds nothing only at the end, and its run leads there', () => {
  const rig = new TempLog();
  rig.log.appendBatches(readyBatches(numbered(2, 10), { baseOffset: 10 }), { from: 'leader' });
  const run = rig.log.read(12);
  expect([run.size, run.nextOffset]).toEqual([0, 12]);
  expect(rig.log.read(0).nextOffset).toBe(12);
});

test('a read at the end, as of those who wait for news, maps nothing', () => {
  const rig = new TempLog();
  rig.log.append(numbered(10));
  expect(rig.log.read(10)).toMatchObject({ size: 0, nextOffset: 10 });
  expect(rig.cache.count).toBe(0);
  expect(rig.log.read(9).size).toBeGreaterThan(0);
  expect(rig.cache.count).toBe(1);
});

test('who waits for records is woken by the append, before the turn of the event loop ends', async () => {
  const rig = new TempLog();
  const order: string[] = [];
  const waiting = rig.log.waitFor(2).then(() => order.push('woken'));
  setImmediate(() => order.push('next turn'));
  rig.log.append(numbered(2));
  await Promise.resolve();
  expect(order).toEqual([]);
  rig.log.append(numbered(1));
  await waiting;
  expect(order).toEqual(['woken']);
  await rig.log.waitFor(2);
  await expect(rig.log.waitFor(-1)).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
});

test('who waits for more than a cut has left is woken to look again, who waits at the new end is not', async () => {
  const rig = new TempLog();
  for (let i = 0; i < 9; i++) rig.log.append(numbered(1, i));
  const woken: string[] = [];
  const past = rig.log.waitFor(9).then(() => woken.push('past the end'));
  const at = rig.log.waitFor(12).then(() => woken.push('far past'));
  rig.log.truncateTo(4);
  const next = rig.log.waitFor(4).then(() => woken.push('next'));
  await Promise.all([past, at]);
  expect(woken).toEqual(['past the end', 'far past']);
  rig.log.append(numbered(1));
  await next;
  expect(woken.at(-1)).toBe('next');
});

test('who waits for records of a log that closes, or with a signal that is aborted, is told', async () => {
  const rig = new TempLog();
  const control = new AbortController();
  const aborted = rig.log.waitFor(0, { signal: control.signal });
  control.abort();
  await expect(aborted).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED' });
  const waiting = rig.log.waitFor(0);
  const [closed] = await Promise.allSettled([waiting, rig.log.close()]);
  expect(closed).toMatchObject({ status: 'rejected', reason: { code: 'ERR_MILLRACE_CLOSED' } });
  await expect(rig.log.waitFor(0)).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
});

test.each([null, 5])('options that are no object (%j) are refused by their name', async (bad) => {
  const { log } = new TempLog();
  const refused = { code: 'ERR_MILLRACE_INVALID_ARGUMENT', message: `options must be an object, got ${bad}` };
  expect(() => log.read(0, bad as never)).toThrow(expect.objectContaining(refused) as Error);
  await expect(log.readAsync(0, bad as never)).rejects.toMatchObject(refused);
  await expect(log.waitFor(0, bad as never)).rejects.toMatchObject(refused);
});
