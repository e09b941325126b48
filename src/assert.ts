/** Assertions state what our own code must have made true; they stay on in production. */

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws when `condition` does not hold: a bug of ours, never a fault of the caller or of the disk. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(`millrace bug: ${message}`);
}
