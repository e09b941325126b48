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

test('what the coordinators have written is not deleted', async () => {
  const data = temporaryDirectory();
  await cli(['topic', 'create', '__consumer_offsets', '--data', data]);
  const { status, stderr } = await cli(['topic', 'delete', '__consumer_offsets', '--data', data]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/topic "__consumer_offsets" is the coordinators' own/);
  expect((await cli(['topic', 'alter', '__consumer_offsets', '--partitions', '60', '--data', data])).status).not.toBe(
    0,
  );
  const listed = await cli(['topic', 'list', '--json', '--data', data]);
  expect(JSON.parse(listed.stdout)).toMatchObject({ name: '__consumer_offsets', partitions: 1 });
});
