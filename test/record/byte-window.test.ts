import { describe, expect, test } from 'vitest';
import { byteWindow } from '#millrace/record/byte-window.js';

describe('byteWindow', () => {
  test('a position in bytes is the same position in view, also over a part of a buffer', () => {
    const buffer = new ArrayBuffer(64);
    for (const window of [
      byteWindow(buffer),
      byteWindow(new Uint8Array(buffer, 5, 20)),
      byteWindow(Buffer.from(buffer, 7, 9)),
    ]) {
      window.view.setUint8(3, 0xab);
      expect(window.bytes[3]).toBe(0xab);
      expect(window.bytes.length).toBe(window.view.byteLength);
      expect(window.bytes.buffer).toBe(buffer);
      window.bytes[3] = 0;
    }
    expect(new Uint8Array(buffer)).toEqual(new Uint8Array(64));
  });

  test('bytes is a Buffer whatever came in', () => {
    expect(Buffer.isBuffer(byteWindow(new ArrayBuffer(1)).bytes)).toBe(true);
    expect(Buffer.isBuffer(byteWindow(new Uint8Array(1)).bytes)).toBe(true);
  });
});
