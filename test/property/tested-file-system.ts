/** What the model test needs of a file system: that of memory can do all of it; the real one can be left behind as by a kill, and no more. */
import type { DiskFileSystem } from '#millrace/file/disk.js';
import type { FileSystem } from '#millrace/file/file-system.js';
import type { Fault, MemoryFileSystem } from '../support/memory-file-system.ts';

export interface TestedFileSystem
  extends FileSystem, Pick<MemoryFileSystem, 'capacity' | 'openFiles' | 'used' | 'writeback' | 'runFlush'> {
  fault: Fault | null;
  kill(): TestedFileSystem;
  crash(...random: Parameters<MemoryFileSystem['crash']>): TestedFileSystem;
}

/** A real disk, mapped or copied. No call of it fails, and there is no power failure: `crash` is a kill. */
export function testedDisk(Disk: typeof DiskFileSystem): TestedFileSystem {
  class TestedDisk extends Disk implements TestedFileSystem {
    capacity = Infinity;
    fault: Fault | null = null;
    readonly openFiles = 0;
    readonly used = Infinity;

    writeback(): void {}

    runFlush(): boolean {
      return false;
    }

    kill(): TestedDisk {
      this.close();
      return new TestedDisk();
    }

    crash(): TestedDisk {
      return this.kill();
    }
  }
  return new TestedDisk();
}
