/** What the tests of the store share: stores in memory or in a directory of the test's own, and what is in their logs. */
import { onTestFinished } from 'vitest';
import { type BatchRun, openStore, type Store, type StoreOptions } from '#millrace/main.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

export const DATA = '/data';

/** Opens a store that is closed when the test has ended, if it was not before. */
export async function open(directory: string, options: StoreOptions & { readOnly?: false } = {}): Promise<Store> {
  const store = await openStore(directory, options);
  onTestFinished(() => store.close());
  return store;
}

/** A store on a file system in memory. */
export async function openInMemory(
  system = new MemoryFileSystem(),
  options: StoreOptions & { readOnly?: false } = {},
): Promise<{ store: Store; system: MemoryFileSystem }> {
  return { store: await openStore(DATA, { fileSystem: system, ...options }), system };
}

/** A logger that keeps what it is told. */
export class Messages {
  readonly all: { level: string; message: string; details: Record<string, unknown> }[] = [];

  readonly logger = Object.fromEntries(
    ['debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (details: object, message: string) => this.all.push({ level, message, details: { ...details } }),
    ]),
  );

  warnings(): string[] {
    return this.all.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message);
  }
}

interface Readable {
  readonly startOffset: number;
  readonly endOffset: number;
  read(offset: number): BatchRun;
}

/** The values of all records of a log, as strings. */
export function valuesOf(log: Readable): string[] {
  const values: string[] = [];
  for (let offset = log.startOffset; offset < log.endOffset;) {
    const run = log.read(offset);
    for (const batch of run) for (const record of batch) values.push(String(record.value));
    offset = run.nextOffset;
  }
  return values;
}

/** Replaces the content of a file. */
export function write(system: MemoryFileSystem, path: string, text: string): void {
  system.remove(path);
  const file = system.open(path, 'w+');
  file.write(Buffer.from(text), 0, Buffer.byteLength(text), 0);
  file.sync();
  file.close();
}

export function read(system: MemoryFileSystem, path: string): string {
  const file = system.open(path, 'r');
  const bytes = Buffer.alloc(file.size());
  file.read(bytes, 0, bytes.length, 0);
  file.close();
  return bytes.toString();
}

export function namesIn(system: MemoryFileSystem, directory = DATA): string[] {
  return system.list(directory).map((entry) => entry.name);
}
