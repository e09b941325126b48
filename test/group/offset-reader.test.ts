import { expect, test } from 'vitest';
import { OffsetReader } from '#millrace/group/offset-reader.js';
import { TempLog } from '../support/temp-log.ts';
import { offsetRecord, OffsetsLog } from './offsets-log.ts';

test('it reads as far as the log goes, and on from there', async () => {
  const { log } = new TempLog();
  const reader = new OffsetReader(log);
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
  const reader = new OffsetReader(log);
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
  const reader = new OffsetReader(log);
  for (let offset = 0; offset < 10; offset++) log.append([offsetRecord('g', 'a-0', 100 + offset)]);
  expect((await reader.read()).committed('g')).toMatchObject([{ offset: 109 }]);
  log.truncateTo(4);
  expect((await reader.read()).committed('g')).toMatchObject([{ offset: 103 }]);
  log.deleteRecords(4);
  log.append([offsetRecord('g', 'a-1', 1)]);
  expect((await reader.read()).committed('g')).toMatchObject([{ offset: 103 }, { offset: 1 }]);
});
