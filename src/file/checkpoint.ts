/**
 * Kafka's checkpoint files: `recovery-point-offset-checkpoint`, `leader-epoch-checkpoint` and their like.
 *
 *     0                    version
 *     2                    number of entries
 *     orders 0 1042        one entry a line, fields parted by one space
 *     orders 1 977
 *
 * (org.apache.kafka.server.common.CheckpointFile.)
 */
import { MillraceError } from '../errors.ts';
import { readTextFile, writeWholeFile } from './atomic-file.ts';
import type { FileSystem } from './file-system.ts';

const VERSION = '0';

/** The entries of a checkpoint file, as fields; null where there is no file. */
export function readCheckpoint(system: FileSystem, path: string, fields: number): string[][] | null {
  const text = readTextFile(system, path);
  if (text === null) return null;
  const lines = text.split('\n');
  const corrupt = (found: string): MillraceError =>
    new MillraceError('ERR_MILLRACE_CORRUPT', `checkpoint ${path} ${found}`, { path });
  if (lines[0] !== VERSION) throw corrupt(`has version ${JSON.stringify(lines[0])}, expected "${VERSION}"`);
  if (!/^\d+$/.test(lines[1] ?? '')) throw corrupt(`has no number of entries in line 2`);
  const count = Number(lines[1]);
  const entries = lines.slice(2, 2 + count);
  if (entries.length < count || lines[2 + count] !== '')
    throw corrupt(`does not have the ${count} entries that it announces`);
  return entries.map((line) => {
    const parts = line.split(' ');
    if (parts.length !== fields) throw corrupt(`has the line ${JSON.stringify(line)}, expected ${fields} fields`);
    return parts;
  });
}

/** Replaces a checkpoint file. */
export function writeCheckpoint(
  system: FileSystem,
  path: string,
  entries: readonly (readonly (string | number)[])[],
): void {
  writeWholeFile(system, path, checkpointText(entries));
}

/** What stands in such a file. */
export function checkpointText(entries: readonly (readonly (string | number)[])[]): string {
  let text = `${VERSION}\n${entries.length}\n`;
  for (const entry of entries) text += `${entry.join(' ')}\n`;
  return text;
}
