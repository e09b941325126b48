import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { Findings } from '#millrace/segment/finding.js';
import { CheckpointCheck } from '#millrace/store/checkpoint-check.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const [POINTS, STARTS, MARKS, CLEANED] = ['recovery-point', 'log-start', 'replication', 'cleaner'].map(
  (name) => `${name}-offset-checkpoint`,
);

function check(files: Record<string, string>): { checked: CheckpointCheck; messages: () => string[] } {
  const directory = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  const findings = new Findings();
  const checked = new CheckpointCheck(new DiskFileSystem(), directory, findings);
  return { checked, messages: () => findings.all.map(({ path, message }) => `${path.split('/').at(-1)}: ${message}`) };
}

test('offsets within their logs are no findings; lower ones never are', () => {
  const { checked, messages } = check({
    [POINTS]: '0\n1\na 0 10\n',
    [STARTS]: '0\n1\na 0 10\n',
    [MARKS]: '0\n1\na 0 99\n',
    [CLEANED]: '0\n1\nb-c 3 5\n',
  });
  checked.log('a-0', 10);
  checked.partitions((name) => name === 'a-0');
  expect(messages()).toEqual([]);
  expect(checked.startOffset('a-0')).toBe(10);
  expect(checked.startOffset('a-1')).toBe(0);
  expect(checked.wasCleaned('b-c-3')).toBe(true);
  expect(checked.wasCleaned('a-0')).toBe(false);
});

test('offsets past the end of their logs, and partitions that are not there', () => {
  const { checked, messages } = check({ [POINTS]: '0\n2\na 0 11\nz 1 1\n', [STARTS]: '0\n1\na 0 12\n' });
  checked.log('a-0', 10);
  checked.partitions((name) => name === 'a-0');
  expect(messages()).toEqual([
    `${POINTS}: the recovery point of a-0 is 11, and its log ends at 10`,
    `${STARTS}: the log start of a-0 is 12, and its log ends at 10`,
    `${POINTS}: there is no partition z-1`,
  ]);
});

test.each([
  ['1\n0\n', /has version "1"/],
  ['0\n2\na 0 1\n', /does not have the 2 entries/],
  ['0\n1\na 0\n', /has the line "a 0"/],
  ['0\n1\na x 1\n', /has the entry "a x 1"/],
  ['0\n1\na 0 99999999999999999\n', /has the entry/],
  ['0\n2\na 0 1\na 0 2\n', /has two entries of a-0/],
])('%j is malformed', (text, message) => {
  const { messages } = check({ [CLEANED]: text });
  expect(messages()).toHaveLength(1);
  expect(messages()[0]).toMatch(message);
});
