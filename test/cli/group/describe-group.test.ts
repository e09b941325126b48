import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { joinConsumerGroup } from '../../group/consumer/consumer-client.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';
import { closedGroupDirectory, commitFor, groupDirectory } from './group-fixture.ts';

test('each partition with its offset, the end, the lag and who reads it', async () => {
  const { data, store, member } = await groupDirectory();
  await using _ = store;
  const { stdout, status } = await cli(['group', 'describe', 'billing', '--data', data]);
  expect(status).toBe(0);
  const id = member.memberId;
  expect(stdout.split('\n')).toEqual([
    'billing  (Stable, type consumer, assignor range, 1 member, lag 6)',
    `TOPIC   PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG  CONSUMER-ID${' '.repeat(id.length - 11)}  HOST        CLIENT-ID`,
    `orders          0               4              10    6  ${id}  /127.0.0.1  till`,
    `orders          1               -               5    -  ${id}  /127.0.0.1  till`,
    '',
  ]);
});

test('of a group without members there are no columns of members', async () => {
  const { data } = await closedGroupDirectory();
  const { stdout } = await cli(['group', 'describe', 'idle', '--data', data]);
  expect(stdout.split('\n')).toEqual([
    'idle  (Empty, 0 members, lag 3)',
    'TOPIC   PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG',
    'orders          0               7              10    3',
    'orders          1               5               5    0',
    '',
  ]);
});

test('--members: what each is assigned', async () => {
  const { data, memberId } = await closedGroupDirectory();
  const { stdout } = await cli(['group', 'describe', 'billing', 'idle', '--members', '--data', data]);
  expect(stdout.split('\n')).toEqual([
    'billing  (Stable, type consumer, assignor range, 1 member, lag 6)',
    `CONSUMER-ID${' '.repeat(memberId.length - 11)}  HOST        CLIENT-ID  #PARTITIONS  CURRENT-ASSIGNMENT`,
    `${memberId}  /127.0.0.1  till                 2  orders:0,1`,
    '',
    'idle  (Empty, 0 members, lag 3)',
    'the group has no members',
    '',
  ]);
});

test('as JSON it has both', async () => {
  const { data, memberId } = await closedGroupDirectory();
  const { stdout } = await cli(['group', 'describe', 'billing', '--json', '--data', data]);
  expect(JSON.parse(stdout)).toEqual({
    group: 'billing',
    state: 'Stable',
    type: 'classic',
    protocolType: 'consumer',
    assignor: 'range',
    lag: 6,
    offsets: [
      { topic: 'orders', partition: 0, offset: 4, endOffset: 10, lag: 6, memberId },
      { topic: 'orders', partition: 1, offset: null, endOffset: 5, lag: null, memberId },
    ],
    members: [
      {
        memberId,
        groupInstanceId: null,
        clientId: 'till',
        host: '/127.0.0.1',
        assignment: [
          { topic: 'orders', partition: 0 },
          { topic: 'orders', partition: 1 },
        ],
      },
    ],
  });
});

test('who has committed past the end is ahead of it, and that makes up for no other partition', async () => {
  const { data, store } = await groupDirectory();
  await commitFor(store, 'ahead', [9, 8]);
  await store.close();
  const { stdout } = await cli(['group', 'describe', 'ahead', '--json', '--data', data]);
  expect(JSON.parse(stdout)).toMatchObject({ lag: 1, offsets: [{ lag: 1 }, { lag: -3 }] });
});

test('a group that is not there is a failure that says what was probably meant', async () => {
  const { data } = await closedGroupDirectory();
  const { stderr, status } = await cli(['group', 'describe', 'biling', '--data', data]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/no consumer group "biling", did you mean "billing"\? \(ERR_MILLRACE_UNKNOWN_GROUP\)\n$/);
});

test('a group of the consumer protocol with its epochs, and what members have and are to have', async () => {
  const data = temporaryDirectory();
  const store = await openStore(data, { offsetsPartitions: 2 });
  await store.createTopic('t', { partitions: 2 });
  const members: string[] = [];
  for (const instanceId of [null, 'kiosk'])
    members.push((await joinConsumerGroup(store, { clientId: 'till', instanceId })).memberId!);
  await store.close();
  const { stdout } = await cli(['group', 'describe', 'g', '--members', '--data', data]);
  const [first, second] = members;
  expect(stdout.split('\n')).toEqual([
    'g  (Reconciling, type consumer, assignor uniform, epoch 2, 2 members)',
    `CONSUMER-ID${' '.repeat(first.length - 11)}  GROUP-INSTANCE-ID  HOST        CLIENT-ID  CURRENT-EPOCH  #PARTITIONS  CURRENT-ASSIGNMENT  TARGET-ASSIGNMENT`,
    `${first}  -                  /127.0.0.1  till                   1            2  t:0,1               t:0`,
    `${second}  kiosk              /127.0.0.1  till                   2            0                      t:1`,
    '',
  ]);
  const listed = await cli(['group', 'list', '--data', data, '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject({ group: 'g', type: 'consumer', state: 'Reconciling', members: 2 });
  const { stdout: json } = await cli(['group', 'describe', 'g', '--json', '--data', data]);
  expect(JSON.parse(json)).toMatchObject({
    type: 'consumer',
    epoch: 2,
    assignmentEpoch: 2,
    offsets: [
      { partition: 0, offset: null, memberId: first },
      { partition: 1, memberId: first },
    ],
    members: [
      { memberId: first, epoch: 1, assignment: [{ partition: 0 }, { partition: 1 }], target: [{ partition: 0 }] },
      { memberId: second, groupInstanceId: 'kiosk', epoch: 2, assignment: [], target: [{ partition: 1 }] },
    ],
  });
  expect((await cli(['group', 'delete', 'g', '--data', data])).status).not.toBe(0);
  expect((await cli(['group', 'delete', 'g', '--force', '--data', data])).stdout).toBe('deleted g\n');
  expect((await cli(['group', 'list', '--data', data])).stdout).toBe('');
});
