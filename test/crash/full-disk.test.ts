/** A disk that fills up, under a store: appends are refused with an error, never a signal, and go on when there is room. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loopDisk, noLoopDisk } from '../support/loop-disk.ts';
import { noSmallDisk, SmallDisk } from '../support/small-disk.ts';

const CHILD = fileURLToPath(new URL('full-disk-child.mjs', import.meta.url));

function fillAndGoOn(directory: string): void {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [CHILD, join(directory, 'data')], {
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`status ${status}, signal ${signal}: ${String(stderr)}`);
  const seen = JSON.parse(String(stdout));
  expect(seen.full.codes).toEqual(['ERR_MILLRACE_NO_SPACE']);
  expect(seen.full.appended).toBeGreaterThan(100);
  expect(seen.readWhileFull).toBe(2 * seen.full.appended);
  expect(seen.again.codes).toEqual(['ERR_MILLRACE_NO_SPACE']);
  // What was deleted gave room for new records.
  expect(seen.again.appended).toBeGreaterThan(20);
  expect(seen.clean).toBe(true);
  expect(seen.ends.reduce((sum: number, end: number) => sum + end, 0)).toBe(
    2 * (seen.full.appended + seen.again.appended),
  );
}

// Without root there is no small disk; small-disk.ts prints why.
test.skipIf(noSmallDisk !== null)('tmpfs', { timeout: 60_000 }, () => fillAndGoOn(new SmallDisk(16).path));

// Where no loop device works; loop-disk.ts prints the reason.
test.skipIf(noLoopDisk !== null)('ext4', { timeout: 60_000 }, () => fillAndGoOn(loopDisk({ mebibytes: 24 })));
