/**
 * Numbers as V8 keeps them. A whole number that came out of an array of doubles (`fs.statSync`) or of arithmetic with one is a double in a
 * box of its own on the heap, whatever its value; a field that has once held such a number boxes all that come after it, in every object
 * of its class. A position at the beginning of a walk would so make boxes of every record's positions.
 */

/** The same number, out of its box if it fits 32 bits. */
export function smallInteger(value: number): number {
  const small = value | 0;
  return small === value ? small : value;
}
