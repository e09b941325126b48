/** An ext4 in compressed memory (zram), which refuses what is written to it when that memory has come to a bound. Needs root. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { noSmallDisk } from './small-disk.ts';
import { runTool } from './system-tool.ts';

/** Reading `hot_add` makes a device and tells its number. */
const CONTROL = '/sys/class/zram-control';

export class FailingDisk {
  /** The root of the file system. */
  readonly path = mkdtempSync(join(tmpdir(), 'millrace-zram-'));
  readonly #number = readFileSync(`${CONTROL}/hot_add`, 'utf8').trim();
  #mounted = false;

  constructor(mebibytes: number, { journal }: { journal: boolean }) {
    onTestFinished(() => this.#remove());
    this.#set('disksize', `${mebibytes}M`);
    runTool('mkfs.ext4', '-q', '-O', journal ? 'has_journal' : '^has_journal', this.#device);
    this.#mount();
  }

  /** Takes so many bytes more, of what cannot be compressed, and then no page that was not there before. */
  refuseBehind(bytes: number): void {
    // orig_data_size, compr_data_size, mem_used_total, ...
    const used = Number(readFileSync(this.#file('mm_stat'), 'utf8').trim().split(/\s+/)[2]);
    this.#set('mem_limit', String(used + bytes));
  }

  /** As after a restart of a machine whose disk takes everything again: mended, and mounted anew. */
  repair(): void {
    runTool('umount', this.path);
    this.#mounted = false;
    this.#set('mem_limit', '0');
    // Status 1: there were errors, and they are mended.
    const { status, stdout } = spawnSync('e2fsck', ['-f', '-y', this.#device], { encoding: 'utf8' });
    if (status === null || status > 1) throw new Error(`e2fsck ended with status ${status}: ${stdout}`);
    this.#mount();
  }

  get #device(): string {
    return `/dev/zram${this.#number}`;
  }

  #file(name: string): string {
    return `/sys/block/zram${this.#number}/${name}`;
  }

  #set(name: string, value: string): void {
    writeFileSync(this.#file(name), value);
  }

  #mount(): void {
    runTool('mount', this.#device, this.path);
    this.#mounted = true;
  }

  #remove(): void {
    if (this.#mounted) runTool('umount', this.path);
    writeFileSync(`${CONTROL}/hot_remove`, this.#number);
    rmdirSync(this.path);
  }
}

/** Why there is no failing disk here, or null. */
export const noFailingDisk: string | null =
  noSmallDisk ?? (existsSync(CONTROL) ? null : 'this kernel has no zram devices to add');
if (noFailingDisk !== null) console.warn(`tests on a failing disk are skipped: ${noFailingDisk}`);
