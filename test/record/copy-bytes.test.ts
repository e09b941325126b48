import { expect, test } from 'vitest';
import { COPY_LOOP_BYTES_MAX, copyBytes } from '#millrace/record/copy-bytes.js';

test('every size is copied whole and touches nothing beside it', () => {
  for (let size = 0; size <= 3 * COPY_LOOP_BYTES_MAX; size++) {
    const source = Uint8Array.from({ length: size }, (_, i) => i + 1);
    const target = new Uint8Array(size + 6).fill(0xee);
    copyBytes(target, 3, source);
    expect(target.subarray(3, 3 + size)).toEqual(source);
    expect([...target.subarray(0, 3), ...target.subarray(3 + size)]).toEqual(Array(6).fill(0xee));
  }
});
