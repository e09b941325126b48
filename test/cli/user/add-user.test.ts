import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CREDENTIALS_FILE } from '#millrace/security/credential-file.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('the password is nowhere, and nobody else reads the file', async () => {
  const data = join(temporaryDirectory(), 'new');
  const { stdout, status } = await cli(['user', 'add', 'alice', '--data', data], 'open sesame\r\nmore\n');
  expect([stdout, status]).toEqual(['alice can log in by SCRAM-SHA-256, SCRAM-SHA-512\n', 0]);
  const file = join(data, CREDENTIALS_FILE);
  expect(readFileSync(file, 'utf8')).not.toContain('sesame');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('one mechanism, and what is wrong usage', async () => {
  const data = temporaryDirectory();
  const add = ['user', 'add', '--data', data];
  const one = await cli([...add, 'bob', '--mechanism', 'SCRAM-SHA-512', '--json'], 'x');
  expect(JSON.parse(one.stdout)).toEqual({ added: 'bob', mechanisms: ['SCRAM-SHA-512'] });
  expect((await cli([...add, 'bob', '--mechanism', 'PLAIN'], 'x')).status).toBe(2);
  expect((await cli([...add, 'bob'], '')).status).toBe(2);
  expect((await cli([...add, 'bob', 'secret'], 'x')).status).toBe(2);
});
