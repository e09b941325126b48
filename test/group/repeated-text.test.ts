import { expect, test } from 'vitest';
import { RepeatedText } from '#millrace/group/repeated-text.js';

const at = (text: string, before = ''): [Buffer, number, number] => [
  Buffer.from(`${before}${text}…`),
  Buffer.byteLength(before),
  Buffer.byteLength(text),
];

test('what comes again is the same, and what differs by a byte is not', () => {
  const text = new RepeatedText();
  for (const each of ['', 'group-1', 'group-1', 'group-2', 'troup-2', 'größe', 'größe', 'g', '', 'g'])
    for (const before of ['', 'xyz']) expect(text.read(...at(each, before))).toBe(each);
});

test('long ones too, up to what is kept and beyond', () => {
  const text = new RepeatedText();
  for (const size of [254, 255, 256, 257, 255, 5000]) {
    const each = 'x'.repeat(size);
    expect(text.read(...at(each))).toBe(each);
    expect(text.read(...at(`y${each.slice(1)}`))).toBe(`y${each.slice(1)}`);
  }
});

test('the bytes may be overwritten afterwards', () => {
  const text = new RepeatedText();
  const bytes = Buffer.from('abc');
  expect(text.read(bytes, 0, 3)).toBe('abc');
  bytes.write('abd');
  expect(text.read(bytes, 0, 3)).toBe('abd');
});

test('ids in base64url', () => {
  const text = new RepeatedText('base64url');
  const id = Buffer.from('w_-abcdefghijklmnopqrQ', 'base64url');
  for (let i = 0; i < 2; i++) expect(text.read(id, 0, 16)).toBe('w_-abcdefghijklmnopqrQ');
});
