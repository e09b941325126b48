/**
 * The file `millrace-broker-configs.jsonl` of a data directory: settings of the broker that were changed while it ran. Kafka keeps them in its controller, and
 * ignores the file. Values are text, as clients sent them; among them may be a private key, and only the file's owner reads it.
 *
 *     {"version":0,"kind":"broker-configs","entries":2}
 *     {"scope":"cluster","name":"log.retention.ms","value":"86400000"}
 *     {"scope":"broker","name":"max.connections","value":"500"}
 */
import { join } from 'node:path';
import { MillraceError } from '../../errors.ts';
import type { FileSystem } from '../../file/file-system.ts';
import { type EntryFile, readEntryFile, writeEntryFile } from '../../security/entry-file.ts';

export const DYNAMIC_CONFIGS_FILE = 'millrace-broker-configs.jsonl';

/** Of all brokers, or of this one, which is stronger. */
export const configScopes = ['cluster', 'broker'] as const;
export type ConfigScope = (typeof configScopes)[number];

export interface DynamicConfigEntry {
  readonly scope: ConfigScope;
  readonly name: string;
  readonly value: string;
}

/** None where there is no file. ERR_MILLRACE_CORRUPT, with path and line, where it cannot be read. */
export function readDynamicConfigs(system: FileSystem, directory: string): readonly DynamicConfigEntry[] {
  return readEntryFile(system, fileIn(directory))?.entries ?? [];
}

export function writeDynamicConfigs(
  system: FileSystem,
  directory: string,
  entries: readonly DynamicConfigEntry[],
): void {
  writeEntryFile(system, fileIn(directory), {}, entries);
}

function fileIn(directory: string): EntryFile<DynamicConfigEntry> {
  return {
    path: join(directory, DYNAMIC_CONFIGS_FILE),
    kind: 'broker-configs',
    decode,
    keyOf: ({ scope, name }) => `${scope} ${name}`,
    remedy: 'restore it, or remove it and change the settings again',
  };
}

function decode(value: object): DynamicConfigEntry {
  const { scope, name, value: text } = value as Record<string, unknown>;
  if (!configScopes.includes(scope as ConfigScope)) throw flaw('its scope is none');
  if (typeof name !== 'string' || name === '') throw flaw('it has no name');
  if (typeof text !== 'string') throw flaw(`${name} has no value`);
  return { scope: scope as ConfigScope, name, value: text };
}

function flaw(message: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', message);
}
