/** An ext4 in a file, on a loop device: a real disk of a few MiB, which can be filled, or made slow. Needs root. */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { noSmallDisk } from './small-disk.ts';
import { runTool } from './system-tool.ts';

/** `<major>:<minor> <bytes a second>`, 0 for no bound; of cgroup v1, whose root bounds everybody. */
const THROTTLE = '/sys/fs/cgroup/blkio/blkio.throttle.write_bps_device';

export interface LoopDiskOptions {
  readonly mebibytes: number;
  /** So many bytes a second can be written. */
  readonly writeBytesPerSecond?: number;
  /** A page must not change while it is written, as on RAID5 and wherever the disk has checksums: who stores into it waits. */
  readonly stablePages?: boolean;
}

/** Mounts one and returns where, and how it is unmounted again. */
function mountLoopDisk(options: LoopDiskOptions): { path: string; unmount: () => void } {
  const parent = mkdtempSync(join(tmpdir(), 'millrace-loop-'));
  const undo: (() => void)[] = [() => rmSync(parent, { recursive: true })];
  const unmount = (): void => undo.toReversed().forEach((step) => step());
  try {
    const image = join(parent, 'image');
    const file = openSync(image, 'w');
    ftruncateSync(file, options.mebibytes << 20);
    closeSync(file);
    runTool('mkfs.ext4', '-q', image);
    const device = runTool('losetup', '--find', '--show', image);
    undo.push(() => runTool('losetup', '--detach', device));
    const queue = `/sys/block/${basename(device)}/queue/stable_writes`;
    if (options.stablePages === true) writeFileSync(queue, '1');
    const path = join(parent, 'mounted');
    mkdirSync(path);
    runTool('mount', device, path);
    // Lazily, since collected mappings of its files may not have been unmapped yet.
    undo.push(() => runTool('umount', '-l', path));
    if (options.writeBytesPerSecond !== undefined) undo.push(throttle(device, options.writeBytesPerSecond));
    return { path, unmount };
  } catch (error) {
    unmount();
    throw error;
  }
}

/** Returns what takes the bound away. */
function throttle(device: string, bytesPerSecond: number): () => void {
  const number = readFileSync(`/sys/block/${basename(device)}/dev`, 'utf8').trim();
  writeFileSync(THROTTLE, `${number} ${bytesPerSecond}`);
  return () => writeFileSync(THROTTLE, `${number} 0`);
}

/** Why there is no such disk here, or null. */
function whyNot(options: LoopDiskOptions): string | null {
  if (noSmallDisk !== null) return noSmallDisk;
  if (options.writeBytesPerSecond !== undefined && !existsSync(THROTTLE)) {
    return 'writes are bounded by the blkio controller of cgroup v1, which is not mounted';
  }
  try {
    mountLoopDisk(options).unmount();
    return null;
  } catch (error) {
    return `ext4 on a loop device does not work: ${String(error).split('\n')[0]}`;
  }
}

/** Why no ext4 can be mounted from a file here, or null. */
export const noLoopDisk = whyNot({ mebibytes: 8 });
if (noLoopDisk !== null) console.warn(`tests on an ext4 of their own are skipped: ${noLoopDisk}`);

/** Why none can be made slow, or null. */
export const noSlowDisk = whyNot({ mebibytes: 8, writeBytesPerSecond: 1 << 30, stablePages: true });
if (noSlowDisk !== null) console.warn(`tests on a slow disk are skipped: ${noSlowDisk}`);

/** Mounts one for a test, which unmounts it; returns the path of its root. */
export function loopDisk(options: LoopDiskOptions): string {
  const { path, unmount } = mountLoopDisk(options);
  onTestFinished(unmount);
  return path;
}
