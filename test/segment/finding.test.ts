import { expect, test } from 'vitest';
import { FINDINGS_PER_FILE_MAX } from '#millrace/limits.js';
import { Findings } from '#millrace/segment/finding.js';

test('findings of a file are bounded, the last one says so, and other files are told all the same', () => {
  const findings = new Findings();
  for (let i = 0; i < 3 * FINDINGS_PER_FILE_MAX; i++) findings.add('index', 'a', i, 'wrong');
  findings.add('gap', 'b', null, 'missing');
  expect(findings.all).toHaveLength(FINDINGS_PER_FILE_MAX + 2);
  expect(findings.all[0]).toEqual({ kind: 'index', path: 'a', position: 0, message: 'wrong' });
  expect(findings.all[FINDINGS_PER_FILE_MAX].message).toMatch(/what else is wrong with this file is not told/);
  expect(findings.all.at(-1)).toEqual({ kind: 'gap', path: 'b', position: null, message: 'missing' });
});

test('what was found of files that were being removed is taken back', () => {
  const findings = new Findings();
  findings.add('missing', '/d/t-0/00000000000000000010.index', null, 'gone');
  findings.add('missing', '/d/t-0/00000000000000000011.index', null, 'here');
  findings.forget('/d/t-0/00000000000000000010');
  expect(findings.all.map(({ message }) => message)).toEqual(['here']);
});
