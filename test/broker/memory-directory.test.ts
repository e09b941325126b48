import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { memoryDirectory } from '#millrace/broker/memory-directory.js';

test('a directory can be made there', () => {
  const made = mkdtempSync(memoryDirectory());
  expect(statSync(made).isDirectory()).toBe(true);
  rmSync(made, { recursive: true });
});
