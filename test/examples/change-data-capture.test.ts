import { expect, test } from 'vitest';
import { startExample } from './run-example.ts';

test('a replica and a view made from the log are those of the table', async () => {
  const lines = await startExample('change-data-capture.js').lines;
  expect(lines).toContain('rolled back (changed my mind): the log still ends at 5');
  expect(lines).toContain('  6  1  (deleted)');
  expect(lines).toContain('  the same as the table');
  const was = lines.indexOf('the table as it was at offset 3:');
  expect(lines.slice(was + 1, was + 4)).toEqual([
    '  1  Ada  London  300',
    '  2  Emmy  Erlangen  200',
    '  3  Sofja  Stockholm  100',
  ]);
  expect(lines.at(-2)).toBe('a thousand transactions later: 1002 rows, the same');
  const rome = Array.from({ length: 500 }, (_, i) => 10 + 2 * i).reduce((sum, id) => sum + id);
  expect(lines.at(-1)).toContain(`"Paris":${rome + 500},"Rome":${rome},"Stockholm":150}`);
}, 30_000);
