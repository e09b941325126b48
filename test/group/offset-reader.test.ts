import { expect, test } from 'vitest';
import { OffsetReader, type OffsetReaderOptions } from '#millrace/group/offset-reader.js';
import type { LogReader } from '#millrace/log/log-reader.js';
import { FakeClock } from '../support/fake-clock.ts';
import { TempLog } from '../support/temp-log.ts';
import { offsetRecord, OffsetsLog } from './offsets-log.ts';

const DAY = 86_400_000;

function readerOf(log: LogReader, options: Partial<OffsetReaderOptions> = {}): OffsetReader {
  return new OffsetReader(log, { clock: new FakeClock(), deleteRetentionMs: DAY, ...options });
}

test('it reads as far as the log goes, and on from there', async () => {
  const { log } = new TempLog();
  const reader = readerOf(log);
  expect((await reader.read()).committed('g')).toEqual([]);
  const written = new OffsetsLog();
  written.commit('g', { 'a-0': 5 });
  written.commit('g', { 'a-0': 6 }, 7);
  log.appendBatches(written.bytes, { from: 'leader' });
  expect((await reader.read()).committed('g')).toMatchObject([{ topic: 'a', partition: 0, offset: 5 }]);
  const { bytesOut } = log.traffic;
  const marker = new OffsetsLog();
  marker.end('commit', 7);
  log.appendBatches(marker.bytes, { allowControl: true });
  expect((await reader.read()).committed('g')).toMatchObject([{ offset: 6 }]);
  // Nothing was read twice.
  expect(log.traffic.bytesOut - bytesOut).toBe(marker.bytes.length);
  await reader.read();
  expect(log.traffic.bytesOut - bytesOut).toBe(marker.bytes.length);
});

test('those who ask at the same time are told the same', async () => {
  const { log } = new TempLog();
  const reader = readerOf(log);
  const answers: unknown[] = [];
  for (let offset = 1; offset <= 3; offset++) {
    log.append([offsetRecord('g', 'a-0', offset)]);
    answers.push(reader.read().then((table) => table.committed('g')[0].offset));
  }
  // All of them were asked in one turn, when everything had been appended to which the last one was entitled.
  expect((await Promise.all(answers)).at(-1)).toBe(3);
  expect(reader.isClosed).toBe(false);
});

test('a log that was cut is read anew, and one whose start has moved goes on', async () => {
  const { log } = new TempLog();
  const reader = readerOf(log);
  for (let offset = 0; offset < 10; offset++) log.append([offsetRecord('g', 'a-0', 100 + offset)]);
  expect((await reader.read()).committed('g')).toMatchObject([{ offset: 109 }]);
  log.truncateTo(4);
  expect((await reader.read()).committed('g')).toMatchObject([{ offset: 103 }]);
  log.deleteRecords(4);
  log.append([offsetRecord('g', 'a-1', 1)]);
  expect((await reader.read()).committed('g')).toMatchObject([{ offset: 103 }, { offset: 1 }]);
});

test('who appends catches up at once, also while somebody reads', async () => {
  const { log } = new TempLog();
  const reader = readerOf(log);
  for (let offset = 0; offset < 100; offset++) log.append([offsetRecord('g', 'a-0', offset)]);
  const reading = reader.read();
  log.append([offsetRecord('g', 'a-0', 200)]);
  expect(reader.catchUp().committed('g')).toMatchObject([{ offset: 200 }]);
  expect((await reading).committed('g')).toMatchObject([{ offset: 200 }]);
  const { bytesOut } = log.traffic;
  expect(reader.catchUp()).toBe(await reader.read());
  expect(log.traffic.bytesOut).toBe(bytesOut);
});

test('a long log is read piece by piece, with turns of the event loop in between', async () => {
  const { log } = new TempLog();
  const metadata = 'x'.repeat(4000);
  for (let i = 0; i < 600; i++) log.append([offsetRecord('g', `a-${i}`, i, metadata)]);
  const told: string[] = [];
  setImmediate(() => told.push('a turn'));
  await readerOf(log).read();
  told.push('read');
  expect(told).toEqual(['a turn', 'read']);
});

test('who has not read for as long as tombstones stay reads anew, since one may have been taken away', async () => {
  const { log } = new TempLog();
  const clock = new FakeClock();
  let anew = 0;
  const told: number[] = [];
  const reader = readerOf(log, { clock, anew: () => anew++, other: (_key, _value, at) => told.push(at) });
  log.append([{ key: Buffer.from([0, 2, 0, 1, 0x67]), value: Buffer.from([0, 3]) }]);
  log.append([offsetRecord('g', 'a-0', 1)]);
  await reader.read();
  // Compaction took away what the start of this log says; a cut of the start looks the same from here.
  log.append([{ ...offsetRecord('g', 'a-0', 0), value: null }]);
  log.deleteRecords(3);
  log.append([offsetRecord('g', 'a-1', 1)]);
  clock.advance(DAY - 1);
  expect((await reader.read()).committed('g')).toHaveLength(2);
  clock.advance(DAY);
  // Nothing is new: nothing was missed.
  expect((await reader.read()).committed('g')).toHaveLength(2);
  expect([anew, told]).toEqual([0, [0]]);
  clock.advance(DAY);
  log.append([offsetRecord('g', 'a-1', 2)]);
  expect((await reader.read()).committed('g')).toMatchObject([{ partition: 1, offset: 2 }]);
  expect(anew).toBe(1);
});

test('a log with gaps is read to its end, also from one in the middle of a gap (KAFKA-9065)', async () => {
  const { log } = new TempLog();
  const reader = readerOf(log);
  const written = new OffsetsLog();
  written.commit('g', { 'a-0': 5 });
  written.skip(100);
  written.commit('g', { 'a-1': 6 });
  log.appendBatches(written.bytes, { from: 'leader' });
  expect((await reader.read()).committed('g')).toMatchObject([{ offset: 5 }, { offset: 6 }]);
  log.deleteRecords(50);
  expect((await readerOf(log).read()).committed('g')).toMatchObject([{ offset: 6 }]);
  expect(reader.catchUp().committed('g')).toHaveLength(2);
});
