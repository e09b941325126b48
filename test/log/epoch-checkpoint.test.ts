import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { EPOCH_CHECKPOINT, readEpochs, writeEpochs } from '#millrace/log/epoch-checkpoint.js';
import { LeaderEpochs } from '#millrace/log/leader-epochs.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbered, TempLog } from '../support/temp-log.ts';

const system = new DiskFileSystem();

test('the file has Kafka’s layout and is read again', () => {
  const directory = temporaryDirectory();
  expect(readEpochs(system, directory)).toBeNull();
  const epochs = new LeaderEpochs([
    { epoch: 0, startOffset: 0 },
    { epoch: 7, startOffset: 9_007_199_254_740_000 },
  ]);
  writeEpochs(system, directory, epochs);
  const text = readFileSync(join(directory, EPOCH_CHECKPOINT), 'utf8');
  expect(text).toBe('0\n2\n0 0\n7 9007199254740000\n');
  expect(readEpochs(system, directory)?.entries).toEqual(epochs.entries);
  expect(readEpochs(system, directory)?.version).toBe(0);
});

test.each([
  '0\n1\n-1 5\n',
  '0\n1\n1 -5\n',
  '0\n1\n1 x\n',
  '0\n1\n1\n',
  '0\n1\n1 2 3\n',
  '0\n1\n12345678901 3\n',
  '1\n0\n',
  '',
])('the content %j is refused', (text) => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, EPOCH_CHECKPOINT), text);
  expect(() => readEpochs(system, directory)).toThrow(EPOCH_CHECKPOINT);
});

test('it is written at a checkpoint, at a close and at a cut, when something has changed', async () => {
  const rig = new TempLog();
  const path = rig.path(EPOCH_CHECKPOINT);
  rig.log.append(numbered(3), { leaderEpoch: 1 });
  expect(existsSync(path)).toBe(false);
  await rig.log.checkpoint();
  expect(readFileSync(path, 'utf8')).toBe('0\n1\n1 0\n');
  rig.log.append(numbered(3), { leaderEpoch: 4 });
  await rig.reopen();
  expect(readFileSync(path, 'utf8')).toBe('0\n2\n1 0\n4 3\n');
  rig.log.truncateTo(3);
  expect(readFileSync(path, 'utf8')).toBe('0\n1\n1 0\n');
});
