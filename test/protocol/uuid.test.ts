import { expect, test } from 'vitest';
import { isUuidText, readUuid, UUID_SIZE, writeUuid, ZERO_UUID } from '#millrace/protocol/uuid.js';

const id = 'AAECAwQFBgcICQoLDA0ODw';
const bytes = Buffer.from([9, ...Array(16).keys(), 9]);

test('16 bytes are 22 characters, and back', () => {
  expect(readUuid(bytes, 1)).toBe(id);
  const written = Buffer.alloc(18, 9);
  writeUuid(written, 1, id);
  expect(written).toEqual(bytes);
});

test('none is all zeros', () => {
  expect(readUuid(Buffer.alloc(UUID_SIZE), 0)).toBe(ZERO_UUID);
  const written = Buffer.alloc(18, 9);
  writeUuid(written, 1, ZERO_UUID);
  expect(written).toEqual(Buffer.from([9, ...Array(16).fill(0), 9]));
  // A zero byte at the beginning is not yet none.
  expect(readUuid(Buffer.from([...Array(15).fill(0), 1]), 0)).toBe('AAAAAAAAAAAAAAAAAAAAAQ');
});

test('what is no id is told from one', () => {
  const values = [
    id,
    ZERO_UUID,
    `${id}A`,
    id.slice(1),
    `${id.slice(0, -1)}x`,
    `+${id.slice(1)}`,
    ` ${id}`,
    `${id}\n`,
    5,
    null,
  ];
  expect(values.map(isUuidText)).toEqual([true, true, ...Array(8).fill(false)]);
});
