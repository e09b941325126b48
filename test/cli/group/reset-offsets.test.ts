import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { GroupClient } from '../../group/group-client.ts';
import { cli, type CliResult } from '../cli-run.ts';
import { closedGroupDirectory, commitFor, committedIn, groupDirectory } from './group-fixture.ts';

const reset = (data: string, ...args: string[]): Promise<CliResult> =>
  cli(['group', 'reset-offsets', ...args, '--data', data]);

test('a dry run shows what it would do, and does nothing', async () => {
  const { data } = await closedGroupDirectory();
  const { stdout, stderr, status } = await reset(data, 'idle', '--topic', 'orders', '--to-earliest');
  expect(stdout.split('\n')).toEqual([
    'TOPIC   PARTITION  CURRENT-OFFSET  NEW-OFFSET',
    'orders          0               7           0',
    'orders          1               5           0',
    'orders          2               -           0',
    '',
  ]);
  expect([stderr, status]).toEqual(['millrace: a dry run: nothing was changed; --execute does it\n', 0]);
  expect(await committedIn(data, 'idle')).toEqual([
    ['orders', 0, 7],
    ['orders', 1, 5],
  ]);
});

test('--execute does it, and a group that there is not is made', async () => {
  const { data } = await closedGroupDirectory();
  const done = await reset(data, 'fresh', '--topic', 'orders:0,2', '--to-latest', '--execute');
  expect([done.stderr, done.status]).toEqual(['millrace: reset 2 offsets of fresh\n', 0]);
  expect(await committedIn(data, 'fresh')).toEqual([
    ['orders', 0, 10],
    ['orders', 2, 0],
  ]);
});

test('an offset that the log does not have is moved into it, and that is said', async () => {
  const { data } = await closedGroupDirectory();
  const { stdout } = await reset(data, 'idle', '--all-topics', '--shift-by', '-6', '--execute');
  expect(stdout).toMatch(/^orders +0 +7 +1$/m);
  expect(stdout).toMatch(/^orders +1 +5 +0 +-1 is before the start$/m);
  expect(await committedIn(data, 'idle')).toEqual([
    ['orders', 0, 1],
    ['orders', 1, 0],
  ]);
});

test('JSON has a row for each partition', async () => {
  const { data } = await closedGroupDirectory();
  const { stdout } = await reset(data, 'idle', '--topic', 'orders:0', '--to-offset', '99', '--json');
  expect(JSON.parse(stdout)).toEqual({
    group: 'idle',
    topic: 'orders',
    partition: 0,
    offset: 7,
    newOffset: 10,
    note: '99 is past the end',
  });
});

test('what --export writes --from-file reads', async () => {
  const { data } = await closedGroupDirectory();
  const { stdout } = await reset(data, 'idle', '--all-topics', '--to-datetime', '2026-01-01T00:00:03Z', '--export');
  expect(stdout).toBe('orders,0,3\norders,1,3\n');
  const file = join(data, 'offsets.csv');
  writeFileSync(file, stdout);
  expect((await reset(data, 'idle', '--from-file', file, '--execute')).status).toBe(0);
  expect(await committedIn(data, 'idle')).toEqual([
    ['orders', 0, 3],
    ['orders', 1, 3],
  ]);
});

test.each([
  ['is empty', ''],
  ['names other groups', 'another,orders,0,3\n'],
])('a file that %s resets nothing, and that is said', async (_, text) => {
  const { data } = await closedGroupDirectory();
  const file = join(data, 'offsets.csv');
  writeFileSync(file, text);
  expect(await reset(data, 'idle', '--from-file', file, '--execute')).toEqual({
    stdout: '',
    stderr: `millrace: there is nothing to be reset: ${file} has no offsets of idle\n`,
    status: 0,
  });
});

test('a group that has members is refused, in a dry run too', async () => {
  const { data } = await closedGroupDirectory();
  for (const execute of [[], ['--execute']]) {
    const { stdout, stderr, status } = await reset(data, 'billing', '--all-topics', '--to-latest', ...execute);
    expect([stdout, status]).toEqual(['', 1]);
    expect(stderr).toMatch(/ERR_MILLRACE_GROUP_NOT_EMPTY/);
  }
});

test('--force removes the members: one that comes back is none any more, and cannot undo what was reset', async () => {
  const { data, store, member } = await groupDirectory();
  await store.close();
  const done = await reset(data, 'billing', '--all-topics', '--to-earliest', '--force', '--execute');
  expect([done.stderr.split('\n')[0], done.status]).toEqual([`millrace: removed ${member.memberId} from billing`, 0]);
  await using again = await openStore(data);
  const back = new GroupClient(() => again.groupCoordinator, { groupId: 'billing' });
  back.memberId = member.memberId;
  back.generationId = member.generationId;
  expect(await back.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  expect(await back.commit({ topic: 'orders', partition: 0, offset: 9 })).toEqual(['UNKNOWN_MEMBER_ID']);
  expect((await again.committedOffsets('billing')).map(({ offset }) => offset)).toEqual([0]);
});

test('partitions that there are no more are left alone, and that is said', async () => {
  const { data, store } = await groupDirectory();
  await store.deleteTopic('orders');
  // As an older version has left it.
  await commitFor(store, 'idle', [7, 5]);
  await store.close();
  const { stdout, stderr, status } = await reset(data, 'idle', '--all-topics', '--to-latest');
  expect([stdout, status]).toEqual(['', 0]);
  expect(stderr).toContain('orders-0 is left alone: there is no such partition any more');
  expect(stderr).toContain('idle has committed no offsets for partitions that there are');
});

test.each([
  ['nowhere to', ['--all-topics']],
  ['two targets', ['--all-topics', '--to-latest', '--to-earliest']],
  ['no partitions', ['--to-latest']],
  ['topics twice', ['--all-topics', '--topic', 'orders', '--to-latest']],
  ['a time that is none', ['--all-topics', '--to-datetime', 'yesterday']],
  ['a shift of what is not committed', ['--topic', 'orders:2', '--shift-by', '1']],
])('wrong usage: %s', async (_, args) => {
  const { data } = await closedGroupDirectory();
  const { status, stdout } = await reset(data, 'idle', ...args);
  expect([status, stdout]).toEqual([2, '']);
});
