/** An index file read as a whole, for those who check it before they believe it. */
import type { FileSystem } from '../file/file-system.ts';

/** The bytes of `path`; none where there is no such file. */
export function readIndexFile(system: FileSystem, path: string): Buffer {
  const size = system.sizeOf(path);
  if (size <= 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(size);
  const file = system.open(path, 'r');
  try {
    return bytes.subarray(0, file.read(bytes, 0, size, 0));
  } finally {
    file.close();
  }
}
