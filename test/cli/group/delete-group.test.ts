import { expect, test } from 'vitest';
import { cli } from '../cli-run.ts';
import { closedGroupDirectory, committedIn } from './group-fixture.ts';

test('a group without members goes with its offsets', async () => {
  const { data } = await closedGroupDirectory();
  expect(await cli(['group', 'delete', 'idle', '--data', data])).toEqual({
    stdout: 'deleted idle\n',
    stderr: '',
    status: 0,
  });
  expect(await committedIn(data, 'idle')).toEqual([]);
  expect((await cli(['group', 'list', '--json', '--data', data])).stdout).not.toContain('idle');
});

test('one that has members stays, and with it all that are named beside it', async () => {
  const { data } = await closedGroupDirectory();
  const { stdout, stderr, status } = await cli(['group', 'delete', 'idle', 'billing', '--data', data]);
  expect([stdout, status]).toEqual(['', 1]);
  expect(stderr).toMatch(/"billing" is Stable, with 1 member: .*--force \(ERR_MILLRACE_GROUP_NOT_EMPTY\)\n$/);
  expect(await committedIn(data, 'idle')).toHaveLength(2);
});

test('--force removes the members first, and says which', async () => {
  const { data, memberId } = await closedGroupDirectory();
  const { stdout, stderr, status } = await cli(['group', 'delete', 'billing', '--force', '--json', '--data', data]);
  expect([stdout, status]).toEqual(['{"deleted":"billing"}\n', 0]);
  expect(stderr).toBe(`millrace: removed ${memberId} from billing\n`);
  expect((await cli(['group', 'describe', 'billing', '--data', data])).stderr).toMatch(/UNKNOWN_GROUP/);
});

test('one that is not there is a failure, and nothing is deleted', async () => {
  const { data } = await closedGroupDirectory();
  expect((await cli(['group', 'delete', 'idle', 'none', '--data', data])).status).toBe(1);
  expect(await committedIn(data, 'idle')).toHaveLength(2);
});
