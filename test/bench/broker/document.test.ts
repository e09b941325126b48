/** A run as Markdown: figures of one row together, what they share said once, marks judged only where figures count. */
import { expect, test } from 'vitest';
import { documentOf } from '../../../bench/broker/document.mjs';
import { finding } from '../../../bench/harness/findings.mjs';

interface Row {
  readonly row: string;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number;
  readonly mark?: { of: 'value' | 'ratio'; atLeast?: number; atMost?: number };
}

const found = ({ row, unit, ours, theirs, mark }: Row) => ({
  row,
  ...finding({ what: row, unit, figures: [ours], baseline: { what: 'Kafka', figures: [theirs] }, mark: mark ?? null }),
});
const produce = { row: 'produce', unit: 'records/s', mark: { of: 'ratio', atLeast: 1.5 } } as const;
const run = {
  command: 'npm run bench:broker',
  machine: {
    processor: 'a processor, 2 cores',
    memory: '4.0 GiB',
    system: 'Linux 6 x64',
    fileSystem: 'ext4 (rw,relatime)',
    node: 'v20.20.0',
    commit: 'abc of 2026-01-01',
  },
  kafka: '4.2.1',
  smoke: false,
  rounds: 5,
  parts: [
    {
      name: 'java',
      title: 'a client',
      sizes: 'sizes',
      notes: ['a note'],
      findings: [
        found({ ...produce, ours: 800_000, theirs: 400_000 }),
        found({ ...produce, ours: 100_000, theirs: 80_000 }),
        found({ row: 'consume', unit: 'records/s', ours: 1_200_000, theirs: 600_000 }),
        found({ row: 'consume', unit: 'records/s', ours: 300_000, theirs: 150_000 }),
        found({ row: 'p99', unit: 'ms', ours: 8, theirs: 20, mark: { of: 'ratio', atMost: 0.5 } }),
        found({ row: 'ready', unit: 'ms', ours: 151, theirs: 4600, mark: { of: 'value', atMost: 150 } }),
      ],
    },
    { name: 'librdkafka', sizes: 'not measured', skipped: 'not found: cc' },
  ],
};

test('a table a part, rows by name', () => {
  expect(documentOf(run)).toEqual([
    'Measured by `npm run bench:broker` at commit abc of 2026-01-01, on a processor, 2 cores, 4.0 GiB, ext4, Linux 6 x64, Node v20.20.0, Apache Kafka 4.2.1 with its default JVM options; medians of 5 rounds, ratios of the same round.',
    '',
    'sizes; a note:',
    '',
    '| a client | millrace | Kafka | ratio | mark |',
    '| --- | ---: | ---: | ---: | --- |',
    '| produce | 800 / 100 k records/s | 400 / 80.0 k records/s | 2.00 / 1.25 | 1.5: reached / missed |',
    '| consume | 1.20 M / 300 k records/s | 600 / 150 k records/s | 2.00 / 2.00 |  |',
    '| p99 | 8.00 ms | 20.0 ms | 0.400 | 0.5: reached |',
    '| ready | 151 ms | 4600 ms | 0.0328 | 150 ms: missed |',
    '',
  ]);
});

test('a smoke run is judged by nobody', () => {
  const text = documentOf({ ...run, smoke: true }).join('\n');
  expect(text).toContain('smoke: the figures say nothing.');
  expect(text).toContain('| 8.00 ms | 20.0 ms | 0.400 | 0.5 |');
  expect(text).not.toMatch(/reached|missed|medians/);
});

test('where nothing was measured, nothing is said', () => {
  expect(documentOf({ ...run, parts: run.parts.slice(1) })).toEqual([]);
});
