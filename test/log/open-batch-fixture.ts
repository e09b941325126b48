/** What the tests of open batches share. */
import { expect } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import type { OpenBatch } from '#millrace/log/open-batch.js';
import type { RecordInput } from '#millrace/types.js';

/** The code of what it throws, or its text. */
export function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return 'nothing';
}

/** Adds records that the batch must take. */
export function add(batch: OpenBatch, ...records: RecordInput[]): void {
  for (const record of records) expect(batch.add(record, 1_700_000_000_000)).toBe(true);
}
