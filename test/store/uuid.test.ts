import { expect, test } from 'vitest';
import { isUuid, randomUuid } from '#millrace/store/uuid.js';

test('a new id is 16 bytes of version 4, as Kafka writes them, and never begins with a dash', () => {
  const ids = Array.from({ length: 300 }, randomUuid);
  expect(new Set(ids).size).toBe(300);
  for (const id of ids) {
    expect(id).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
    expect(Buffer.from(id, 'base64url')[6] >> 4).toBe(4);
    expect(isUuid(id)).toBe(true);
  }
});

test('only what Kafka writes is an id', () => {
  expect(isUuid('Wm4_o_PXQfG7ebSjCMZozQ')).toBe(true);
  for (const other of [
    '',
    'Wm4_o_PXQfG7ebSjCMZoz',
    'Wm4_o_PXQfG7ebSjCMZozQ=',
    'Wm4/o+PXQfG7ebSjCMZozQ',
    'Wm4_o_PXQfG7ebSjCMZozR',
    7,
    null,
  ]) {
    expect(isUuid(other), String(other)).toBe(false);
  }
});
