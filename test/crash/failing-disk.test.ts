/** A disk that refuses what is written to it. What was acknowledged is there when it has been mended, and who appends is told what failed, by no signal. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { FailingDisk, noFailingDisk } from '../support/failing-disk.ts';

const CHILD = fileURLToPath(new URL('failing-disk-child.mjs', import.meta.url));

function childSeeing(...args: string[]): unknown {
  const child = spawnSync(process.execPath, [CHILD, ...args], { timeout: 50_000, encoding: 'utf8' });
  expect(child).toMatchObject({ status: 0, signal: null, stderr: '' });
  return JSON.parse(child.stdout);
}

// Where no such disk can be made; failing-disk.ts prints the reason. Small records are flushed so often that a thread writes zeros back ahead of them.
test.skipIf(noFailingDisk !== null).each([
  [200, true],
  [200, false],
  [100_000, true],
  [100_000, false],
  [900_000, false],
])('records of %i bytes; a journal: %s', { timeout: 60_000 }, (size, journal) => {
  const disk = new FailingDisk(96, { journal });
  disk.refuseBehind(8 << 20);
  const directory = join(disk.path, 'data');
  const { acknowledged, refused, later } = childSeeing(directory, 'append', String(size)) as {
    acknowledged: number;
    refused: unknown;
    later: unknown;
  };
  expect(acknowledged).toBeGreaterThan(3);
  expect(refused).toMatchObject({ code: 'ERR_MILLRACE_OFFLINE', message: expect.stringMatching(/t-0.*(?:EIO|EROFS)/) });
  expect(later).toEqual(refused);
  disk.repair();
  const values = childSeeing(directory, 'read') as string[];
  expect(values.length).toBeGreaterThanOrEqual(acknowledged);
  expect(values).toEqual(values.map((_, offset) => `${size} ${offset % 10}`));
});

// As above. What a flush writes first (docs/decisions/0008) is refused: it is told there once, and a sync that comes after need not hear of it again.
test.skipIf(noFailingDisk !== null)('a flush of much', { timeout: 60_000 }, () => {
  const disk = new FailingDisk(96, { journal: false });
  disk.refuseBehind(4 << 20);
  expect(childSeeing(join(disk.path, 'data'), 'flush')).toMatchObject({
    refused: { code: 'ERR_MILLRACE_OFFLINE', message: expect.stringMatching(/sync_file_range of .*t-0.* failed: EIO/) },
  });
});
