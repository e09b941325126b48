/** Random targets, drawn beforehand so that drawing them is no part of what is timed. */

const COUNT = 4096;

/** A function that returns whole numbers from 0 to below `bound`, in an order that no cache foresees. */
export function randomNumbers(bound) {
  const drawn = Uint32Array.from({ length: COUNT }, () => Math.floor(Math.random() * bound));
  let at = 0;
  return () => drawn[at++ % COUNT];
}
