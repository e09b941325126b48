import { join } from 'node:path';
import { expect, test } from 'vitest';
import { duCommand } from '#millrace/cli/commands/du.js';
import { FIXTURE } from '../../compat/expected-log.ts';
import { runCommand } from '../support/command-run.ts';

const clean = join(FIXTURE, 'clean/log-dir');

/** The first words of the lines between the head and the total. */
async function names(...args: string[]): Promise<string[]> {
  const { code, out, err } = await runCommand(duCommand, [clean, ...args]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^topic +size +files +records +segments +oldest +newest$/);
  expect(lines.at(-1)).toMatch(/^total +56\.0 KiB +59\.\d KiB +824 +25 +2025-10-09T08:53:20Z +2026-11-25T14:47:51Z$/);
  return lines.slice(1, -1).map((line) => line.trim().split(' ')[0]);
}

test('topics and their partitions, the largest first', async () => {
  const all = await names();
  expect(all.slice(0, 3)).toEqual(['codecs', 'codecs-2', 'codecs-0']);
  expect(all[6]).toBe('transactions');
  expect(all.at(-1)).toBe('empty');
});

test('topics only, and in another order', async () => {
  const byName = ['__transaction_state', 'codecs', 'compacted', 'empty', 'stamped', 'transactions', 'trimmed'];
  expect(await names('--topics', '--sort', 'name')).toEqual(byName);
  expect((await names('--topics', '--sort', 'records')).slice(0, 2)).toEqual(['codecs', 'compacted']);
});

test('for programs: each partition, each topic, the total', async () => {
  const { rows } = await runCommand(duCommand, ['--data', clean, '--json', '--sort', 'name']);
  const kinds = rows.map(({ kind }) => kind).join(' ');
  expect(kinds).toMatch(/^partition topic (?:partition ){5}topic (?:partition topic ){5}total$/);
  expect(rows.find(({ kind, topic }) => kind === 'partition' && topic === 'trimmed')).toMatchObject({
    partition: 0,
    records: 20,
    startOffset: 76,
    endOffset: 96,
    segments: 1,
    error: null,
  });
  expect(rows.at(-1)).toMatchObject({ topics: 7, partitions: 11, segments: 25 });
});

test('wrong usage, and no directory', async () => {
  expect(await runCommand(duCommand, [clean, '--sort', 'age'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Allowed choices are size, records, name'),
  });
  expect(await runCommand(duCommand, ['/nowhere'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('ERR_MILLRACE_IO'),
  });
});
