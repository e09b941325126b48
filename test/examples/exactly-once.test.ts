import { expect, test } from 'vitest';
import { startExample } from './run-example.ts';

test('a process that is killed in its transactions writes one receipt for each payment all the same', async () => {
  const lines = await startExample('exactly-once.js').lines;
  const killed = lines.filter((line) => /^ {2}killed in transaction \d: SIGKILL$/.test(line));
  expect(killed.length).toBe(5);
  // Killed before its first commit the process begins again where it began; after one it goes on behind it.
  const begins = lines
    .filter((line) => line.startsWith('  goes on at '))
    .map((line) => line.slice('  goes on at '.length));
  expect(begins.length).toBe(6);
  expect(begins[1]).toBe(begins[0]);
  expect(begins[2]).not.toBe(begins[1]);
  expect(lines.slice(-3)).toEqual([
    '  not killed: ended with 0',
    'written more than once: some, since aborted records stay in the log',
    'committed: 200 of 200 exactly once, 0 more often',
  ]);
}, 60_000);
