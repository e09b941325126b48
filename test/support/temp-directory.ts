/** A directory of a test's own, removed when the test has ended, whether it passed or not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
