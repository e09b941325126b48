import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('by name, with how they log in', async () => {
  const data = temporaryDirectory();
  expect((await cli(['user', 'list', '--data', data])).stdout).toBe('');
  await cli(['user', 'add', 'bob', '--data', data, '--mechanism', 'SCRAM-SHA-256'], 'x');
  await cli(['user', 'add', 'alice', '--data', data, '--mechanism', 'SCRAM-SHA-512'], 'x');
  expect((await cli(['user', 'list', '--data', data])).stdout.split('\n')).toEqual([
    'USER   MECHANISMS',
    'alice  SCRAM-SHA-512 (4096 iterations)',
    'bob    SCRAM-SHA-256 (4096 iterations)',
    '',
  ]);
});
