import { expect, test } from 'vitest';
import { columns, MISSING, note, printable, printRow, showBytes, showCount } from '#millrace/cli/output.js';
import { testContext } from './cli-run.ts';

test('a row is JSON for machines and text for people', () => {
  const context = testContext();
  printRow(context, true, { a: 1 }, 'one');
  printRow(context, false, { a: 1 }, 'one');
  expect(context.stdout.text).toBe('{"a":1}\none\n');
});

test('what is said about the work goes to standard error', () => {
  const context = testContext();
  note(context, 'well');
  expect([context.stdout.text, context.stderr.text]).toEqual(['', 'millrace: well\n']);
});

test('columns are as wide as their widest cell, numbers right', () => {
  const lines = columns(
    ['NAME', 'N'],
    [
      ['a', 1],
      ['longer', 1000],
    ],
  );
  expect(lines).toEqual(['NAME       N', 'a          1', 'longer  1000']);
  expect(columns(['NAME', 'N'], [])).toEqual(['NAME  N']);
});

test('numbers stand right where some are missing', () => {
  expect(
    columns(
      ['NAME', 'NUMBER'],
      [
        ['a', 1],
        ['b', MISSING],
        ['c', ''],
      ],
    ),
  ).toEqual(['NAME  NUMBER', 'a          1', 'b          -', 'c']);
});

test('what others have chosen cannot move the cursor of a terminal', () => {
  const hostile = '\u001b[2Ja\nb\u009b\u202ec';
  expect(printable(hostile)).toBe('\\u001b[2Ja\\u000ab\\u009b\\u202ec');
  expect(printable('größe 😀 -')).toBe('größe 😀 -');
  expect(
    columns(['NAME', 'N'], [[hostile, 1]])
      .join('')
      .includes('\u001b'),
  ).toBe(false);
  const context = testContext();
  note(context, '\u001b[2J');
  expect(context.stderr.text).toBe('millrace: \\u001b[2J\n');
});

test('sizes have three digits and a unit', () => {
  expect([0, 1023, 1024, 1_048_576, 1023 * 1024, 5e9].map(showBytes)).toEqual([
    '0 B',
    '1023 B',
    '1.00 KiB',
    '1.00 MiB',
    '1023 KiB',
    '4.66 GiB',
  ]);
  expect(showCount(1_234_567)).toBe('1,234,567');
});
