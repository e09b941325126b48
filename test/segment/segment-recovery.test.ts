import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { recoverSegment, type RecoveredSegment, type RecoveryOptions } from '#millrace/segment/segment-recovery.js';
import { numbered, TempLog } from '../support/temp-log.ts';

const settings = { intervalBytes: 300, bytesMax: 1 << 20 };
const NAME = '00000000000000000000';

/** One stopped segment of 60 batches of two records, epochs 0 to 5. */
function stopped(): TempLog {
  const rig = new TempLog({ indexIntervalBytes: settings.intervalBytes });
  for (let i = 0; i < 60; i++) rig.log.append(numbered(2, i * 2, 30), { leaderEpoch: Math.floor(i / 10) });
  rig.crash();
  rig.stop();
  return rig;
}

const recover = (rig: TempLog, options: Partial<RecoveryOptions> = {}): RecoveredSegment =>
  recoverSegment(rig.system, {
    directory: rig.directory,
    baseOffset: 0,
    settings,
    trustedOffset: 0,
    epoch: -1,
    ...options,
  });

test('a whole segment stays, and tells its end and its epochs', () => {
  const rig = stopped();
  const files = rig.contents(['.log', '.index', '.timeindex']);
  const size = readFileSync(rig.path(`${NAME}.log`)).length;
  expect(recover(rig)).toMatchObject({ size, nextOffset: 120, epoch: 5, end: 'end', bytesCut: 0, bytesRead: size });
  expect(recover(rig).epochStarts).toEqual([0, 1, 2, 3, 4, 5].map((epoch) => [epoch, epoch * 20]));
  expect(rig.contents(['.log', '.index', '.timeindex'])).toEqual(files);
});

test('what lies below the trusted offset is not read again, and the result is the same', () => {
  const rig = stopped();
  const files = rig.contents(['.log', '.index', '.timeindex']);
  const whole = recover(rig).bytesRead;
  let before = whole + 1;
  for (const trustedOffset of [0, 30, 60, 90, 120]) {
    const { bytesRead, nextOffset } = recover(rig, { trustedOffset });
    expect(nextOffset).toBe(120);
    expect(bytesRead).toBeLessThan(before);
    before = bytesRead;
    expect(rig.contents(['.log', '.index', '.timeindex'])).toEqual(files);
  }
  expect(before).toBeLessThan(settings.intervalBytes * 2);
});

test('damage below the trusted offset is not looked for, damage past it is cut off', () => {
  const rig = stopped();
  const path = rig.path(`${NAME}.log`);
  const content = readFileSync(path);
  content[100] ^= 1;
  writeFileSync(path, content);
  expect(recover(rig, { trustedOffset: 120 })).toMatchObject({ nextOffset: 120, end: 'end' });
  expect(recover(rig, { trustedOffset: 0 })).toMatchObject({
    nextOffset: 0,
    end: 'checksum',
    size: 0,
    bytesCut: content.length,
  });
  expect(rig.contents(['.log', '.index', '.timeindex'])).toEqual({
    [`${NAME}.log`]: '',
    [`${NAME}.index`]: '',
    [`${NAME}.timeindex`]: '',
  });
});

test('what was found is told before anything is written', () => {
  const rig = stopped();
  const path = rig.path(`${NAME}.log`);
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(100, 7)]));
  const before = rig.contents(['']);
  let told: RecoveredSegment | null = null;
  const recovered = recover(rig, {
    beforeWrite: (found) => {
      told = found;
      expect(rig.contents([''])).toEqual(before);
    },
  });
  expect(told).toEqual(recovered);
  expect(recovered.bytesCut).toBe(100);
});

test('an epoch below the one before the segment is damage', () => {
  const rig = stopped();
  expect(recover(rig, { epoch: 2 })).toMatchObject({ nextOffset: 0, end: 'order' });
});
