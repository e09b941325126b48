import { expect, test } from 'vitest';
import { openStore } from 'millrace';
import { openCredentials } from '#millrace/cli/user/open-credentials.js';
import { scramMechanisms } from '#millrace/security/scram-hash.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('they are those of the directory', async () => {
  const store = await openStore(temporaryDirectory());
  await (await openCredentials(store)).put('alice', 'secret');
  expect((await openCredentials(store)).list().map(({ user }) => user)).toEqual(['alice']);
  await store.close();
});

test('help names the mechanisms that there are', async () => {
  const { stdout } = await cli(['user', 'add', '--help']);
  for (const mechanism of scramMechanisms) expect(stdout).toContain(`"${mechanism}"`);
});
