/** Assertions state what our own code must have made true; they stay on in production. */

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/**
 * Throws when `condition` does not hold: a bug of ours, never a fault of the caller or of the disk. `facts` stand behind the message; they
 * are not put into it before it is needed, since making a string of a number costs as much as encoding a record.
 */
export function assert(condition: unknown, message: string, ...facts: readonly unknown[]): asserts condition {
  if (!condition) throw new AssertionError(['millrace bug:', message, ...facts].join(' '));
}
