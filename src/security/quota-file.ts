/**
 * The file `millrace-quotas.jsonl` of a data directory: byte rates of clients. Kafka keeps them in its controller, and ignores the file. A part that does not
 * matter is missing; null is the default for all that have no quota of their own.
 *
 *     {"version":0,"kind":"quotas","entries":1}
 *     {"user":"alice","clientId":null,"producer_byte_rate":1048576,"consumer_byte_rate":2097152}
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { QuotaEntity } from './client-quotas.ts';
import { type EntryFile, readEntryFile, writeEntryFile } from './entry-file.ts';

export const QUOTAS_FILE = 'millrace-quotas.jsonl';

export const quotaKeys = ['producer_byte_rate', 'consumer_byte_rate'] as const;
export type QuotaKey = (typeof quotaKeys)[number];

/** Bytes a second. */
export type QuotaValues = Readonly<Partial<Record<QuotaKey, number>>>;

export interface QuotaEntry {
  readonly entity: QuotaEntity;
  readonly values: QuotaValues;
}

/** The same for two entities that are the same. */
export function quotaKeyOf({ user, clientId }: QuotaEntity): string {
  return JSON.stringify([user === undefined ? [] : user, clientId === undefined ? [] : clientId]);
}

export function readQuotaFile(system: FileSystem, directory: string): readonly QuotaEntry[] {
  return readEntryFile(system, fileIn(directory))?.entries ?? [];
}

export function writeQuotaFile(system: FileSystem, directory: string, entries: readonly QuotaEntry[]): void {
  const lines = entries.map(({ entity, values }) => ({ ...entity, ...values }));
  writeEntryFile(system, fileIn(directory), {}, lines);
}

function fileIn(directory: string): EntryFile<QuotaEntry> {
  return {
    path: join(directory, QUOTAS_FILE),
    kind: 'quotas',
    decode,
    keyOf: ({ entity }) => quotaKeyOf(entity),
    remedy: 'restore it, or remove it and set the quotas again',
  };
}

function decode(value: object): QuotaEntry {
  const { user, clientId, ...values } = value as Record<string, unknown>;
  for (const name of [user, clientId]) {
    if (name !== undefined && name !== null && (typeof name !== 'string' || name === '')) throw flaw('a name is none');
  }
  if (user === undefined && clientId === undefined) throw flaw('it is for nobody');
  for (const [key, rate] of Object.entries(values)) {
    if (!(quotaKeys as readonly string[]).includes(key)) throw flaw(`there is no quota ${key}`);
    if (typeof rate !== 'number' || !(rate > 0)) throw flaw(`${key} is no rate`);
  }
  const entity = { ...(user !== undefined && { user }), ...(clientId !== undefined && { clientId }) } as QuotaEntity;
  return { entity, values };
}

function flaw(message: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', message);
}
