import { expect, test } from 'vitest';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

test('records and ready batches count as they stand in the file, and reads as what they return', async () => {
  const rig = new TempLog({ maxMessageBytes: 400 });
  const { log } = rig;
  expect(log.traffic).toEqual({ appends: 0, recordsIn: 0, bytesIn: 0, reads: 0, bytesOut: 0 });
  log.append(numbered(50));
  log.append(numbered(3), { compression: 'gzip' });
  log.roll();
  log.appendBatches(readyBatches(numbered(7)));
  expect(log.traffic).toEqual({ appends: 3, recordsIn: 60, bytesIn: log.size, reads: 0, bytesOut: 0 });

  const sizes = [log.read(0).size, (await log.readAsync(55)).size];
  expect(log.read(60).size).toBe(0);
  expect(log.traffic).toMatchObject({ reads: 2, bytesOut: sizes[0] + sizes[1] });
});

test('an append that spans a roll counts its bytes once, and one that threw counts nothing', () => {
  const rig = new TempLog({ segmentBytes: 4096 });
  const { log } = rig;
  log.append([{ value: Buffer.alloc(3000) }]);
  log.append([{ value: Buffer.alloc(500) }, { value: Buffer.alloc(2000) }]);
  expect(log.segmentCount).toBe(2);
  expect(() => log.append([{ value: Buffer.alloc(5000) }])).toThrow('does not fit');
  expect(() => log.append([{ value: 1 as unknown as string }])).toThrow();
  expect(log.traffic).toMatchObject({ appends: 2, recordsIn: 3, bytesIn: log.size });
});

test('a log that was opened again begins at 0', async () => {
  const rig = new TempLog();
  rig.log.append(numbered(5));
  const log = await rig.reopen();
  expect(log.traffic.recordsIn).toBe(0);
});
