/** The file system in memory with windows that are copies, as `CopyingDisk` has them: what a store writes in pieces can fail, or die, at each. */
import type { CopiedWindows, FileWindow, LogFile, OpenMode } from '#millrace/file/file-system.js';
import type { MemoryDisk } from './memory-disk.ts';
import { MemoryFileSystem, type MemoryOptions } from './memory-file-system.ts';
import type { Random } from './random.ts';

export class CopyingMemory extends MemoryFileSystem {
  readonly copies: CopiedWindows = {
    cache: { step: 4096, windowsMax: 16, bytesMax: 256 * 1024 },
    reserveStepMax: 16 * 1024,
    read: async (path, start, length) => {
      const file = this.open(path, 'r');
      await new Promise((resolve) => setImmediate(resolve));
      try {
        return file.mapPrivate(start, length);
      } finally {
        file.close();
      }
    },
  };
  readonly #options: MemoryOptions;

  constructor(options: MemoryOptions = {}, disk?: MemoryDisk) {
    super(options, disk);
    this.#options = options;
  }

  override open(path: string, mode: OpenMode): LogFile {
    const file = super.open(path, mode);
    const mapShared = file.mapShared.bind(file);
    const mapPrivate = file.mapPrivate.bind(file);
    return Object.assign(file, {
      mapShared: (start: number, length: number) => copyOf(mapShared(start, length)),
      mapPrivate: (start: number, length: number) => copyOf(mapPrivate(start, length)),
    });
  }

  override kill(): CopyingMemory {
    return this.#next(super.kill());
  }

  override crash(random: Random): CopyingMemory {
    return this.#next(super.crash(random));
  }

  #next({ disk }: MemoryFileSystem): CopyingMemory {
    return new CopyingMemory({ ...this.#options, capacity: this.capacity }, disk);
  }
}

function copyOf(window: FileWindow): FileWindow {
  const bytes = Buffer.from(new ArrayBuffer(window.length));
  bytes.set(window.bytes);
  return { ...window, bytes, view: new DataView(bytes.buffer) };
}
