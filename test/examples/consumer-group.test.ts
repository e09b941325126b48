import { expect, test } from 'vitest';
import { startExample } from './run-example.ts';

test('when one of three consumers leaves, the others take its partitions over, and nothing is missed or done twice', async () => {
  const lines = await startExample('consumer-group.js').lines;
  expect(lines[0]).toBe('three of them:');
  const shares = [...lines[1].matchAll(/has (\d)/g)].map(([, count]) => Number(count)).sort((a, b) => a - b);
  expect(shares).toEqual([1, 1, 2]);
  expect(lines.slice(2)).toEqual([
    'Ada leaves, with some booked and some not:',
    '  Emmy has 2, Sofja has 2',
    '400 of 400 payments booked, 0 twice, by Ada none after that',
    'committed: 400',
  ]);
}, 30_000);
