import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('a topic is described with settings, offsets, sizes and segments', async () => {
  const data = temporaryDirectory();
  await using store = await openStore(data);
  await store.createTopic('orders', { partitions: 2, config: { 'retention.ms': 1000 } });
  const log = store.partition('orders', 1);
  log.append([{ value: 'a' }, { value: 'b' }]);
  log.roll();
  log.append([{ value: 'c' }]);
  log.deleteRecords(1);
  await store.checkpoint();
  const { stdout, status } = await cli(['topic', 'describe', 'orders', '--data', data]);
  expect(status).toBe(0);
  expect(stdout.split('\n')).toEqual([
    `orders  (id ${store.topic('orders').id})`,
    '  retention.ms = 1000  (default 259200000)',
    'PARTITION  START  END  OFFSETS  SIZE   SEGMENTS',
    '        0      0    0        0  0 B           1',
    `        1      1    3        2  ${log.size} B         2`,
    '',
  ]);
  const row = JSON.parse((await cli(['topic', 'describe', 'orders', '--json', '--data', data])).stdout);
  expect(row).toMatchObject({ name: 'orders', config: { 'retention.ms': 1000 } });
  expect(row.partitions[1]).toEqual({ partition: 1, startOffset: 1, endOffset: 3, size: log.size, segments: 2 });
});

test('a partition that is not there has a line of its own, and the status is 1', async () => {
  const data = temporaryDirectory();
  const store = await openStore(data);
  await store.createTopic('t', { partitions: 2 });
  await store.close();
  rmSync(join(data, 't-0'), { recursive: true });
  const { stdout, status } = await cli(['topic', 'describe', 't', '--data', data]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^ +0 .*t-0 is missing \(ERR_MILLRACE_UNKNOWN_TOPIC\)$/m);
  expect(stdout).toMatch(/^ +1 +0 +0 +0 +0 B +1$/m);
});

test('a topic that is not there is a failure that says what was probably meant', async () => {
  const data = temporaryDirectory();
  await using store = await openStore(data);
  await store.createTopic('orders');
  const { stderr, status } = await cli(['topic', 'describe', 'order', '--data', data]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/did you mean "orders"\? \(ERR_MILLRACE_UNKNOWN_TOPIC\)\n$/);
});
