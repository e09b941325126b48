/** A file that is used as a whole, such as an index: read at once by who checks it, kept by the window cache for who uses it. */
import type { FileSystem, FileWindow } from './file-system.ts';
import type { Kept } from './kept-list.ts';

/** The bytes of `path`; none where there is no such file. */
export function readWholeFile(system: FileSystem, path: string, size = system.sizeOf(path)): Buffer {
  if (size <= 0) return Buffer.alloc(0);
  const bytes = Buffer.allocUnsafeSlow(size);
  const file = system.open(path, 'r');
  try {
    return bytes.subarray(0, file.read(bytes, 0, size, 0));
  } finally {
    file.close();
  }
}

/** What was made of a file's bytes; null while the cache does not keep it. */
export class WholeFile<T> implements Kept {
  readonly path: string;
  made: T | null = null;
  used = false;
  size = 0;
  /** The mapping that `made` looks at, where it has no bytes of its own. */
  window: FileWindow | null = null;
  older: Kept | null = null;
  newer: Kept | null = null;

  constructor(path: string) {
    this.path = path;
  }

  left(): void {
    this.made = null;
    this.window = null;
  }
}
