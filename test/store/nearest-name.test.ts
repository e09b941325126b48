import { expect, test } from 'vitest';
import { nearestName, suggestion } from '#millrace/store/nearest-name.js';

const known = ['segment.bytes', 'segment.ms', 'retention.ms', 'retention.bytes'];

test.each([
  ['segment.byte', 'segment.bytes'],
  ['Retention.MS', 'retention.ms'],
  ['retention_bytes', 'retention.bytes'],
  ['colour', null],
  ['', null],
])('%s stands for %s', (name, meant) => {
  expect(nearestName(name, known)).toBe(meant);
});

test('a suggestion is the end of a sentence, or nothing', () => {
  expect(suggestion('segmnt.ms', known)).toBe(', did you mean "segment.ms"?');
  expect(suggestion('colour', known)).toBe('');
});
