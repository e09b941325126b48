/**
 * The file `millrace-group-configs.jsonl` of a data directory: settings that groups have of their own. Kafka keeps them in its controller, and ignores the file. Values are
 * text, as clients sent them.
 *
 *     {"version":0,"kind":"group-configs","entries":1}
 *     {"group":"orders","name":"consumer.session.timeout.ms","value":"50000"}
 */
import { join } from 'node:path';
import { MillraceError } from '../../errors.ts';
import type { FileSystem } from '../../file/file-system.ts';
import { type EntryFile, readEntryFile, writeEntryFile } from '../../security/entry-file.ts';

export const GROUP_CONFIGS_FILE = 'millrace-group-configs.jsonl';

export interface GroupConfigEntry {
  readonly group: string;
  readonly name: string;
  readonly value: string;
}

/** None where there is no file. ERR_MILLRACE_CORRUPT, with path and line, where it cannot be read. */
export function readGroupConfigs(system: FileSystem, directory: string): readonly GroupConfigEntry[] {
  return readEntryFile(system, fileIn(directory))?.entries ?? [];
}

export function writeGroupConfigs(system: FileSystem, directory: string, entries: readonly GroupConfigEntry[]): void {
  writeEntryFile(system, fileIn(directory), {}, entries);
}

function fileIn(directory: string): EntryFile<GroupConfigEntry> {
  return {
    path: join(directory, GROUP_CONFIGS_FILE),
    kind: 'group-configs',
    decode,
    keyOf: ({ group, name }) => `${name} ${group}`,
    remedy: 'restore it, or remove it and change the settings again',
  };
}

function decode(value: object): GroupConfigEntry {
  const { group, name, value: text } = value as Record<string, unknown>;
  if (typeof group !== 'string' || group === '') throw flaw('it has no group');
  if (typeof name !== 'string' || name === '') throw flaw('it has no name');
  if (typeof text !== 'string') throw flaw(`${name} has no value`);
  return { group, name, value: text };
}

function flaw(message: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', message);
}
