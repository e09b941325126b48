/** Tables: units that a person can read, the baseline's figure in its own unit, and a missed mark in capitals. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { finding } from '../../../bench/harness/findings.mjs';
import { printSubject, printSummary } from '../../../bench/harness/report.mjs';

let lines: string[];
beforeEach(() => {
  lines = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const report = {
  name: 'append',
  sizes: '100 B',
  findings: [
    finding({
      what: 'ours',
      unit: 'records/s',
      figures: [20_400_000, 18_000_000, 21_000_000],
      baseline: { what: 'theirs', unit: 'bytes/s', figures: [1e9, 1e9, 1e9] },
      mark: { of: 'value', atLeast: 20e6 },
    }),
    finding({
      what: 'wait',
      unit: 'ms',
      figures: [1.23456],
      baseline: { what: 'sync', figures: [0.5] },
      mark: { of: 'ratio', atMost: 2 },
    }),
    finding({ what: 'seek', unit: 'ns', figures: [1234.5], baseline: { what: 'copy', figures: [10] } }),
  ],
  notes: ['a note'],
};

test('a table', () => {
  printSubject(report, true);
  expect(lines).toEqual([
    'append: 100 B',
    '                  median       quartiles  ratio to                   the baseline       mark',
    '  ours  20.4 M records/s  19.2M to 20.7M  0.0204 (0.0192 to 0.0207)  theirs: 1.00 GB/s  reached: at least 20.0 M records/s',
    '  wait           1.23 ms    1.23 to 1.23  2.47 (2.47 to 2.47)        sync: 0.500 ms     MISSED: at most 2.00',
    '  seek           1235 ns    1235 to 1235  123 (123 to 123)           copy: 10.0 ns',
    '  a note',
    '',
  ]);
});

test('a summary counts marks, and a smoke run judges none', () => {
  printSummary([report, { skipped: 'no strace' }]);
  expect(lines).toEqual(['1 of 2 marks reached']);
  printSubject(report, false);
  expect(lines.join('\n')).not.toMatch(/reached:|MISSED/);
  expect(lines.join('\n')).toContain('at most 2.00');
});

test('a subject that could not run says so', () => {
  printSubject({ name: 'counts', sizes: '1 append', skipped: 'there is no strace' }, true);
  expect(lines).toEqual(['counts: 1 append', '  SKIPPED: there is no strace\n']);
});
