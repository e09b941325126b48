/**
 * Makes a sealed segment's indexes again, in memory, from its log: for a store that was stopped cleanly and whose index files were lost or
 * damaged since. Writes nothing, since a reader in another process may be the one who finds it; recovery mends the files.
 *
 * Reads the whole `.log` once. Where the log itself is damaged the indexes end there, and reading on from there says so.
 */
import type { FileSystem } from '../file/file-system.ts';
import { GrowingIndexes, type IndexSettings } from './growing-indexes.ts';
import { LOG_SUFFIX, segmentFile } from './segment-files.ts';
import { scanSegment } from './segment-scan.ts';

export function rebuildIndexes(
  system: FileSystem,
  directory: string,
  baseOffset: number,
  settings: IndexSettings,
): { indexes: GrowingIndexes; bytesRead: number } {
  const indexes = GrowingIndexes.empty(settings, baseOffset);
  const file = system.open(segmentFile(directory, baseOffset, LOG_SUFFIX), 'r');
  try {
    const start = { position: 0, size: file.size(), nextOffset: baseOffset, epoch: -1, lastOffsetMax: Infinity };
    const { bytesRead } = scanSegment(file, start, (header, position) =>
      indexes.add(position, header.lastOffset, header.maxTimestamp),
    );
    indexes.seal();
    return { indexes, bytesRead };
  } finally {
    file.close();
  }
}
