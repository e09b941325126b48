import { expect, test } from 'vitest';
import { unescape } from '#millrace/cli/escapes.js';

test('escapes become bytes, everything else is UTF-8', () => {
  expect(unescape('a\\tb\\n\\r\\0\\\\n')).toEqual(Buffer.from('a\tb\n\r\0\\n'));
  expect(unescape('\\x1f\\xff')).toEqual(Buffer.of(0x1f, 0xff));
  expect(unescape('é\\q\\x1')).toEqual(Buffer.from('é\\q\\x1'));
  expect(unescape('')).toHaveLength(0);
});
