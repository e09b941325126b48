/** A process ends when it wants to, whatever a store in it still has to do; what it had appended is there for the next one. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('exit-child.mjs', import.meta.url));

test.each([
  ['returns', 0],
  ['exits', 7],
  ['throws', 1],
  ['rejects', 1],
  ['closes-late', 0],
])('%s', { timeout: 60_000 }, async (way, expected) => {
  const directory = join(temporaryDirectory(), 'data');
  for (let run = 1; run <= 2; run++) {
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [CHILD, directory, way], {
      timeout: 20_000,
    });
    expect({ status, signal, stdout: String(stdout) }, String(stderr)).toEqual({
      status: expected,
      signal: null,
      stdout: `ends by ${way}\n`,
    });
  }
  const store = await openStore(directory);
  expect(store.recovery.clean).toBe(way === 'closes-late');
  for (let partition = 0; partition < 8; partition++) expect(store.partition('a', partition).endOffset).toBe(50);
  await store.close();
});
