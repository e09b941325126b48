import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { LogFront } from '#millrace/log/log-front.js';
import { indexSettings } from '#millrace/log/segment-list.js';
import { numbered, TempLog } from '../support/temp-log.ts';

function front(rig: TempLog, baseOffset = 0): LogFront {
  const opened = LogFront.open(rig.environment, rig.directory, baseOffset, indexSettings(rig.settings));
  onTestFinished(() => opened.close());
  return opened;
}

test('what stands past the known batches is told by one look, and taken in by a scan', () => {
  const rig = new TempLog();
  const [log] = rig.names('.log');
  const ahead = front(rig);
  expect(ahead.beyond()).toBe('end');
  expect(ahead.scan(0)).toBe(0);
  rig.log.append(numbered(3));
  expect(ahead.beyond()).toBe('bytes');
  expect(ahead.scan(0)).toBe(3);
  expect(ahead.segment.size).toBe(rig.log.size);
  expect(ahead.beyond()).toBe('zeros');
  rig.log.append(numbered(2, 3));
  rig.log.roll();
  expect(ahead.scan(3)).toBe(5);
  expect(ahead.beyond()).toBe('end');
  expect(ahead.isInPlace()).toBe(true);
  copyFileSync(rig.path(log), rig.path('copy'));
  renameSync(rig.path('copy'), rig.path(log));
  expect(ahead.isInPlace()).toBe(false);
});

test('it begins at the last entry of an index that holds, and at the beginning where it does not', async () => {
  const rig = new TempLog({ indexIntervalBytes: 200 });
  for (let i = 0; i < 50; i++) rig.log.append(numbered(1, i, 60));
  await rig.log.checkpoint();
  const [index] = rig.names('.index');
  const entries = Buffer.from(rig.contents(['.index'])[index], 'hex');
  expect(entries.length).toBeGreaterThan(40);
  const known = front(rig);
  expect(known.segment.growing?.offsets.count).toBe(entries.length / 8);
  expect(known.scan(0)).toBe(50);
  // As it is for a moment after a cut: the new log, and the index of the old one.
  entries.writeInt32BE(entries.readInt32BE(entries.length - 8) + 7, entries.length - 8);
  writeFileSync(rig.path(index), entries);
  const doubtful = front(rig);
  expect(doubtful.segment.growing?.offsets.count).toBe(0);
  expect(doubtful.scan(0)).toBe(50);
  expect(doubtful.segment.growing?.offsets.count).toBe(entries.length / 8);
});
