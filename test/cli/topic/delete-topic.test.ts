import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('only the whole name deletes a topic', async () => {
  const data = temporaryDirectory();
  await cli(['topic', 'create', 'orders', '--data', data]);
  const near = await cli(['topic', 'delete', 'order', '--data', data]);
  expect(near.status).toBe(1);
  expect(near.stderr).toMatch(/did you mean "orders"\?/);
  expect(await cli(['topic', 'delete', 'orders', '--data', data])).toEqual({
    stdout: 'deleted orders\n',
    stderr: '',
    status: 0,
  });
  expect((await cli(['topic', 'list', '--data', data])).stdout).toBe('');
  expect((await cli(['topic', 'delete', 'orders', '--json', '--data', data])).status).toBe(1);
});
