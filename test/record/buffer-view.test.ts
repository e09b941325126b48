import assert from 'node:assert';
import { expect, test } from 'vitest';
import { bufferView } from '#millrace/record/buffer-view.js';

test('a view is a real Buffer onto the same bytes', () => {
  const buffer = new TextEncoder().encode('-abc-').buffer;
  const view = bufferView(buffer, 1, 3);
  expect(Buffer.isBuffer(view)).toBe(true);
  expect(view.toString()).toBe('abc');
  expect(view.buffer).toBe(buffer);
  // Strict equality compares prototypes: a look-alike would fail it.
  assert.deepStrictEqual(view, Buffer.from('abc'));
  new Uint8Array(buffer)[1] = 0x41;
  expect(view.toString()).toBe('Abc');
  expect(bufferView(buffer, 5, 0)).toHaveLength(0);
});
