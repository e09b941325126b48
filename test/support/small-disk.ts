/** A file system of a few MiB that can be filled: a tmpfs, mounted for one test. Needs root. */
import { mkdtempSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { runTool } from './system-tool.ts';

/** Why there is no small disk here, or null. */
export const noSmallDisk: string | null =
  process.platform !== 'linux'
    ? 'tmpfs is Linux only'
    : process.getuid?.() !== 0
      ? 'mounting a tmpfs needs root'
      : null;

if (noSmallDisk !== null) console.warn(`tests of a full disk are skipped: ${noSmallDisk}`);

/** `test` where a small disk can be mounted. */
// Elsewhere the warning above says why they do not run; CI runs as root on Linux.
export const testOnSmallDisk = test.skipIf(noSmallDisk !== null);

export class SmallDisk {
  readonly path: string;

  constructor(mebibytes: number) {
    this.path = mkdtempSync(join(tmpdir(), 'millrace-disk-'));
    runTool('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', this.path);
    onTestFinished(() => {
      // Lazily, since collected mappings of its files may not have been unmapped yet.
      runTool('umount', '-l', this.path);
      rmdirSync(this.path);
    });
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  /** Leaves about so many bytes free. Returns the path of the file that takes the rest. */
  fill(leave = 0): string {
    const path = join(this.path, `filler-${process.hrtime.bigint()}`);
    writeFileSync(path, Buffer.alloc(Math.max(0, this.freeBytes - leave)));
    return path;
  }
}
