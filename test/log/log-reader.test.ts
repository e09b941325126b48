import { expect, test } from 'vitest';
import { numbered, TempLog } from '../support/temp-log.ts';

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
  await expect(rig.log.readAsync(0)).rejects.toThrow(closed);
  expect(rig.log.isClosed).toBe(true);
});
