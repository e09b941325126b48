/** A disk that fills up, under a store: appends are refused with an error, never a signal, and go on when there is room. */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { noSmallDisk, SmallDisk } from '../support/small-disk.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('full-disk-child.mjs', import.meta.url));

/** Why no ext4 can be mounted from a file here, or null. */
function whyNoExt4(): string | null {
  if (noSmallDisk !== null) return noSmallDisk;
  try {
    const directory = mountExt4(8, false);
    return directory === null ? 'mounting failed' : null;
  } catch (error) {
    return `ext4 on a loop device does not work: ${String(error).split('\n')[0]}`;
  }
}

/** Mounts a new ext4 of so many MiB; for a test, which unmounts it, or just to see that it works. */
function mountExt4(mebibytes: number, forTest: boolean): string | null {
  const parent = forTest ? temporaryDirectory() : execFileSync('mktemp', ['-d']).toString().trim();
  const image = join(parent, 'image');
  const directory = join(parent, 'mounted');
  const file = openSync(image, 'w');
  ftruncateSync(file, mebibytes << 20);
  closeSync(file);
  mkdirSync(directory);
  execFileSync('mkfs.ext4', ['-q', image], { stdio: 'pipe' });
  execFileSync('mount', ['-o', 'loop', image, directory], { stdio: 'pipe' });
  const unmount = (): void => void execFileSync('umount', [directory]);
  if (forTest) onTestFinished(unmount);
  else {
    unmount();
    execFileSync('rm', ['-rf', parent]);
  }
  return directory;
}

const noExt4 = whyNoExt4();
if (noExt4 !== null) console.warn(`the test of a full ext4 is skipped: ${noExt4}`);

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

// Where no loop device works; the reason was printed above.
test.skipIf(noExt4 !== null)('ext4', { timeout: 60_000 }, () => fillAndGoOn(mountExt4(24, true)!));
