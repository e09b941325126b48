/** The door of a data directory: opens it for writing, or for reading what another process may be writing. */
import { resolve } from 'node:path';
import type { ReadOnlyStore } from './read-only-store.ts';
import { checkDirectory, checkOptions, type StoreOptions } from './store-options.ts';
import { Store } from './store.ts';

/**
 * Opens the data directory at `directory`, and makes it if it is not there. Recovers it when the last stop was not a clean one.
 * Errors: LOCKED when another process writes it, CORRUPT when a file that cannot be derived is not readable, INVALID_ARGUMENT, IO, NO_SPACE.
 */
export function openStore(
  directory: string,
  options: StoreOptions & { readonly readOnly: true },
): Promise<ReadOnlyStore>;
export function openStore(directory: string, options?: StoreOptions & { readonly readOnly?: false }): Promise<Store>;
export async function openStore(directory: string, options: StoreOptions = {}): Promise<Store | ReadOnlyStore> {
  checkDirectory(directory);
  const checked = checkOptions(options);
  if (!checked.readOnly) return Store.open(resolve(directory), checked);
  // Who writes does not need it.
  const { ReadOnlyStore: Readable } = await import('./read-only-store.ts');
  return Readable.open(resolve(directory), checked);
}
