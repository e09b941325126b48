import { expect, test } from 'vitest';
import { LineFraming } from '#millrace/cli/produce/line-framing.js';
import { Refusals } from '#millrace/cli/produce/refusals.js';
import { testContext } from '../cli-run.ts';

test('refused lines are told of by their number, up to a bound, and all are counted', () => {
  const context = testContext();
  const refusals = new Refusals(context, new LineFraming(10));
  for (let i = 1; i <= 1500; i++) refusals.refuse(i, 'is bad');
  const lines = context.stderr.text.trimEnd().split('\n');
  expect(lines[0]).toBe('millrace: line 1 refused: it is bad');
  expect(lines.slice(-2)).toEqual([
    'millrace: line 1000 refused: it is bad',
    'millrace: further lines that are refused are only counted',
  ]);
  expect(refusals.count).toBe(1500);
});
