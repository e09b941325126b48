import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';
import { closedGroupDirectory, groupDirectory } from './group-fixture.ts';

test('groups by name, with state, members and lag, also while another process writes', async () => {
  const { data, store } = await groupDirectory();
  await using _ = store;
  const { stdout, status } = await cli(['group', 'list', '--data', data]);
  expect(status).toBe(0);
  expect(stdout.split('\n')).toEqual([
    'GROUP    STATE   TYPE     PROTOCOL  MEMBERS  LAG',
    'billing  Stable  classic  consumer        1    6',
    'idle     Empty   classic                  0    3',
    '',
  ]);
});

test('as JSON, an object a line', async () => {
  const { data } = await closedGroupDirectory();
  const { stdout } = await cli(['group', 'list', '--json', '--data', data]);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(rows).toEqual([
    { group: 'billing', state: 'Stable', type: 'classic', protocolType: 'consumer', members: 1, lag: 6 },
    { group: 'idle', state: 'Empty', type: 'classic', protocolType: '', members: 0, lag: 3 },
  ]);
});

test('of a topic that is gone there is no lag', async () => {
  const { data, store } = await groupDirectory();
  await store.deleteTopic('orders');
  await store.close();
  const { stdout } = await cli(['group', 'list', '--json', '--data', data]);
  expect(stdout.match(/"lag":null/g)).toHaveLength(2);
});

test('without groups it says nothing', async () => {
  const data = temporaryDirectory();
  await (await openStore(data)).close();
  expect(await cli(['group', 'list', '--data', data])).toEqual({ stdout: '', stderr: '', status: 0 });
});
