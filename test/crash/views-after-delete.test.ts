/** Views outlive the segment, the topic and the store that they came from, and their memory goes with the last of them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('views-child.mjs', import.meta.url));

test('views stay what they were', { timeout: 30_000 }, () => {
  const args = ['--expose-gc', CHILD, join(temporaryDirectory(), 'data')];
  // Counts mappings, so there must be some.
  const env = { ...process.env, MILLRACE_COPY: '0' };
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { timeout: 25_000, env });
  expect({ status, signal }, String(stderr)).toEqual({ status: 0, signal: null });
  const { held, left } = JSON.parse(String(stdout));
  expect(left).toBeLessThan(held);
  // The variable that named the first view of all is still there.
  expect(left).toBeLessThanOrEqual(1);
});
