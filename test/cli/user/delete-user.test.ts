import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('a user goes once', async () => {
  const data = temporaryDirectory();
  await cli(['user', 'add', 'alice', '--data', data], 'x');
  expect(await cli(['user', 'delete', 'alice', '--data', data])).toMatchObject({
    stdout: 'deleted alice\n',
    status: 0,
  });
  const again = await cli(['user', 'delete', 'alice', '--data', data]);
  expect([again.status, again.stderr]).toEqual([
    2,
    'millrace: there is no user "alice" (ERR_MILLRACE_INVALID_ARGUMENT)\n',
  ]);
});
