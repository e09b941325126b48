import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Size, writeUtf8 } from '#millrace/record/utf8.js';
import { check } from './random.ts';

test('every string is measured and written as the runtime does it', () => {
  // Any units, so lone surrogates too; and some text of every kind of character.
  const unit = fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0, max: 0xffff }));
  const units = fc.oneof(
    fc.array(unit, { maxLength: 80 }).map((codes) => String.fromCharCode(...codes)),
    fc.constantFrom('héllo wörld', '日本語', '🎉🎉', 'x\ud83d', '\udc00x', 'a'.repeat(60) + 'é'),
  );
  check(
    fc.property(units, (text) => {
      const whole = Buffer.from(text);
      expect(utf8Size(text)).toBe(whole.length);
      const bytes = new Uint8Array(whole.length + 2).fill(0xee);
      writeUtf8(bytes, 1, text, whole.length);
      expect(Buffer.from(bytes.subarray(1, -1))).toEqual(whole);
      expect([bytes[0], bytes.at(-1)]).toEqual([0xee, 0xee]);
    }),
    200,
  );
});

test.each([0, 47, 48, 49, 500])('%d ASCII characters', (length) => {
  const text = 'x'.repeat(length);
  const bytes = Buffer.alloc(length);
  writeUtf8(bytes, 0, text, utf8Size(text));
  expect(bytes.toString()).toBe(text);
});
