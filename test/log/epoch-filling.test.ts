import { expect, test } from 'vitest';
import { fillEpochs } from '#millrace/log/epoch-filling.js';
import { EPOCH_CHECKPOINT } from '#millrace/log/epoch-checkpoint.js';
import { listSegments } from '#millrace/log/log-directory.js';
import { LeaderEpochs } from '#millrace/log/leader-epochs.js';
import { recoverLog } from '#millrace/log/log-recovery.js';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { numbered, TempLog } from '../support/temp-log.ts';

/** Batches of two records each: epoch 1 from 0, epoch 4 from 4, epoch 5 from 8 to 12, in two segments. */
async function threeEpochs(): Promise<TempLog> {
  const rig = new TempLog();
  for (const leaderEpoch of [1, 1, 4, 4, 5, 5]) {
    rig.log.append(numbered(2), { leaderEpoch });
    if (rig.log.endOffset === 6) rig.log.roll();
  }
  await rig.log.close();
  return rig;
}

function filled(rig: TempLog, known: [number, number][], from: number, to = known[0]?.[1] ?? 0): [number, number][] {
  const epochs = new LeaderEpochs(known.map(([epoch, offset]) => ({ epoch, startOffset: offset })));
  fillEpochs(rig.system, rig.directory, listSegments(rig.system, rig.directory), epochs, { from, to });
  return epochs.entries.map((entry) => [entry.epoch, entry.startOffset]);
}

test('epochs of batches before the first one that is known are found in their headers', async () => {
  const rig = await threeEpochs();
  expect(filled(rig, [[5, 10]], 0)).toEqual([
    [1, 0],
    [4, 4],
    [5, 8],
  ]);
  // The start lies in the middle of a batch, and of an epoch.
  expect(filled(rig, [[5, 10]], 3)).toEqual([
    [1, 3],
    [4, 4],
    [5, 8],
  ]);
  expect(filled(rig, [[5, 8]], 6)).toEqual([
    [4, 6],
    [5, 8],
  ]);
});

test('nothing is looked at where no epoch is missing', async () => {
  const rig = await threeEpochs();
  const known: [number, number][] = [[4, 5]];
  expect(filled(rig, known, 5)).toEqual(known);
  expect(filled(rig, [], 0)).toEqual([]);
});

test('bytes that are no batch end the search', async () => {
  const rig = await threeEpochs();
  const path = join(rig.directory, '00000000000000000000.log');
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 3) + 16] = 9;
  writeFileSync(path, bytes);
  expect(filled(rig, [[5, 6]], 0)).toEqual([
    [1, 0],
    [5, 6],
  ]);
});

test('recovery gives a log back the epochs that went with records which came back', async () => {
  const rig = await threeEpochs();
  writeFileSync(join(rig.directory, EPOCH_CHECKPOINT), '0\n1\n5 9\n');
  const { directory, settings } = rig;
  recoverLog(rig.system, { directory, settings, recoveryPoint: 12, startOffset: 2 });
  expect(readFileSync(join(rig.directory, EPOCH_CHECKPOINT), 'utf8')).toBe('0\n3\n1 2\n4 4\n5 8\n');
});

test('without a file the headers say all of it, up to where they are asked for', async () => {
  const rig = await threeEpochs();
  expect(filled(rig, [], 0, 12)).toEqual([
    [1, 0],
    [4, 4],
    [5, 8],
  ]);
  expect(filled(rig, [], 2, 8)).toEqual([
    [1, 2],
    [4, 4],
  ]);
});

test('an epoch that is damaged does not hide the ones behind it', async () => {
  const rig = await threeEpochs();
  const path = join(rig.directory, '00000000000000000000.log');
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 3) + 12] = 0x40;
  writeFileSync(path, bytes);
  expect(filled(rig, [], 0, 12)).toEqual([
    [1, 0],
    [4, 4],
    [5, 8],
  ]);
});

test.each([
  ['offset', 0],
  ['last offset', 23],
])('a header that has a wrong %s ends the search, and throws nothing', async (_field, at) => {
  const rig = await threeEpochs();
  const path = join(rig.directory, '00000000000000000000.log');
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 3) + at] ^= 0x80;
  writeFileSync(path, bytes);
  expect(filled(rig, [], 0, 12)).toEqual([
    [1, 0],
    [4, 6],
    [5, 8],
  ]);
});
