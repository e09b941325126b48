import { expect, test } from 'vitest';
import { parseProperties } from '#millrace/store/properties-text.js';

const parsed = (text: string): object => Object.fromEntries(parseProperties(text));

test.each([
  ['a=b', { a: 'b' }],
  ['a = b', { a: 'b' }],
  ['a:b', { a: 'b' }],
  ['a b c', { a: 'b c' }],
  ['  a\t=\tb', { a: 'b' }],
  ['a', { a: '' }],
  ['a=', { a: '' }],
  ['a==b', { a: '=b' }],
  ['a=b=c:d', { a: 'b=c:d' }],
  ['# a=b\n ! c=d\n\n  \ne=f # no comment', { e: 'f # no comment' }],
  ['a=1\r\nb=2\rc=3', { a: '1', b: '2', c: '3' }],
  ['a=1\na=2', { a: '2' }],
  ['a=b  ', { a: 'b' }],
  ['a=b\\ ', { a: 'b ' }],
  ['=b', {}],
])('%j', (text, expected) => {
  expect(parsed(text)).toEqual(expected);
});

test('escapes in names and values, as Java has them', () => {
  expect(parsed('a\\=b\\:c\\ d=1')).toEqual({ 'a=b:c d': '1' });
  expect(parsed('a=\\t\\n\\r\\f\\\\\\u00e9\\q')).toEqual({ a: '\t\n\r\f\\éq' });
  expect(parsed('path=C:\\\\data')).toEqual({ path: 'C:\\data' });
});

test('a line goes on behind a backslash, without the spaces before; a doubled one ends it', () => {
  expect(parsed('a=one,\\\n    two,\\\r\n\tthree\nb=4')).toEqual({ a: 'one,two,three', b: '4' });
  expect(parsed('a=1\\\\\nb=2')).toEqual({ a: '1\\', b: '2' });
  // What looks like a comment is none there, and a text may end in the middle.
  expect(parsed('a=1\\\n#2')).toEqual({ a: '1#2' });
  expect(parsed('a=1\\')).toEqual({ a: '1' });
});

test('what Kafka writes', () => {
  const text = '#\n#Thu Nov 26 00:00:00 UTC 2026\nversion=1\ncluster.id=bWlsbHJhY2U\nnode.id=0\n';
  expect(parsed(text)).toEqual({ version: '1', 'cluster.id': 'bWlsbHJhY2U', 'node.id': '0' });
});
