import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bringMemoryIn } from '../../../bench/harness/memory.mjs';

test('nothing is left of the file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-memory-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  bringMemoryIn(directory, 3_000_000);
  expect(readdirSync(directory)).toEqual([]);
  expect(() => bringMemoryIn(join(directory, 'not-there'), 1)).toThrow('ENOENT');
});
