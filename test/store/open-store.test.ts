import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/store/open-store.js';
import { ReadOnlyStore } from '#millrace/store/read-only-store.js';
import { Store } from '#millrace/store/store.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

test('a directory is opened for writing and made, or for reading', async () => {
  const directory = join(temporaryDirectory(), 'data');
  const store = await openStore(directory);
  expect(store).toBeInstanceOf(Store);
  expect(store.directory).toBe(directory);
  await using reader = await openStore(directory, { readOnly: true });
  expect(reader).toBeInstanceOf(ReadOnlyStore);
  await store.close();
});

test('what is no directory or no option is refused before anything is made', async () => {
  const directory = join(temporaryDirectory(), 'data');
  const refused = expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
  await expect(openStore('')).rejects.toEqual(refused);
  await expect(openStore(directory, { readonly: true } as never)).rejects.toEqual(refused);
  expect(existsSync(directory)).toBe(false);
});
