/** Which files of a partition's directory nobody knows, and which belong to a log that is not there. */
import { join } from 'node:path';
import { BATCH_LOG_OVERHEAD } from '../limits.ts';
import type { FileSystem } from '../file/file-system.ts';
import { BATCH_LENGTH } from '../record/batch-format.ts';
import type { Findings } from '../segment/finding.ts';
import {
  CLEANED_SUFFIX,
  DELETED_SUFFIX,
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  parseSegmentFile,
  SEGMENT_SUFFIXES,
  SNAPSHOT_SUFFIX,
  SWAP_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from '../segment/segment-files.ts';

const KNOWN = /^(?:leader-epoch-checkpoint|partition\.metadata|\.kafka_cleanshutdown)(?:\.tmp)?$/;
const SUFFIXES: ReadonlySet<string> = new Set(SEGMENT_SUFFIXES);
const INDEXES: ReadonlySet<string> = new Set([OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX]);

export function checkNames(system: FileSystem, directory: string, findings: Findings, settled: boolean): void {
  const entries = system.list(directory);
  const names = new Set(entries.map(({ name }) => name));
  for (const { name, isDirectory } of entries) {
    const path = join(directory, name);
    const file = parseSegmentFile(name);
    if (isDirectory || (!isPassing(name) && !KNOWN.test(name) && !SUFFIXES.has(file?.suffix ?? ''))) {
      findings.add('unknown', path, null, 'nobody knows this file');
    } else if (settled && file !== null && INDEXES.has(file.suffix)) {
      // Until then a removal may be on its way, which begins with the log.
      const log = name.slice(0, -file.suffix.length) + LOG_SUFFIX;
      if (!names.has(log)) findings.add('unknown', path, null, 'the index has no log beside it');
    }
  }
}

/** Producer snapshots by the offset that they are of. */
export function snapshotsIn(system: FileSystem, directory: string): { name: string; offset: number }[] {
  return system.list(directory).flatMap(({ name }) => {
    const file = parseSegmentFile(name);
    return file?.suffix === SNAPSHOT_SUFFIX ? [{ name, offset: file.baseOffset }] : [];
  });
}

/** Has a log no published batch? */
export function isUnwritten(system: FileSystem, path: string): boolean {
  const file = system.open(path, 'r');
  try {
    const start = Buffer.alloc(BATCH_LOG_OVERHEAD);
    return file.read(start, 0, start.length, 0) < start.length || start.readInt32BE(BATCH_LENGTH) === 0;
  } finally {
    file.close();
  }
}

/** On its way out or in. */
function isPassing(name: string): boolean {
  return [DELETED_SUFFIX, CLEANED_SUFFIX, SWAP_SUFFIX].some((suffix) => name.endsWith(suffix));
}
