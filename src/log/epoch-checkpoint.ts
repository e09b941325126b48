/** The file `leader-epoch-checkpoint` of a partition: one line an epoch, `<epoch> <start offset>`. */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import { readCheckpoint, writeCheckpoint } from '../file/checkpoint.ts';
import type { FileSystem } from '../file/file-system.ts';
import { type EpochEntry, LeaderEpochs } from './leader-epochs.ts';

export const EPOCH_CHECKPOINT = 'leader-epoch-checkpoint';

/** The epochs in the file of a partition's directory; null where there is none. */
export function readEpochs(system: FileSystem, directory: string): LeaderEpochs | null {
  const path = join(directory, EPOCH_CHECKPOINT);
  const lines = readCheckpoint(system, path, 2);
  if (lines === null) return null;
  const entries = lines.map(([epoch, startOffset]): EpochEntry => {
    if (!/^\d{1,10}$/.test(epoch) || !/^\d{1,16}$/.test(startOffset)) {
      throw new MillraceError('ERR_MILLRACE_CORRUPT', `${path} has the entry "${epoch} ${startOffset}"`, { path });
    }
    return { epoch: Number(epoch), startOffset: Number(startOffset) };
  });
  return new LeaderEpochs(entries);
}

export function writeEpochs(system: FileSystem, directory: string, epochs: LeaderEpochs): void {
  const entries = epochs.entries.map((entry) => [entry.epoch, entry.startOffset] as const);
  writeCheckpoint(system, join(directory, EPOCH_CHECKPOINT), entries);
}
