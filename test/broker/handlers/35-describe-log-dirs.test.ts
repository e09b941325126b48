import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { describeLogDirs } from '#millrace/protocol/apis/35-describe-log-dirs.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { connect } from '../broker-client.ts';
import { rig } from '../broker-fixture.ts';

test.each([1, 2, 3, 4, 5])('the directory with the sizes of its logs, version %i', async (version) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('a', { partitions: 2 });
  await broker.store.createTopic('b');
  broker.store.partition('a', 1).append([{ value: 'x'.repeat(1000) }]);
  const { results, errorCode } = await client.ask(describeLogDirs, version, { topics: null });
  expect(errorCode).toBe(0);
  const { size } = broker.store.partition('a', 1);
  const sizes = results[0].topics.map(({ name, partitions }) => [name, partitions.map((each) => each.partitionSize)]);
  expect(sizes).toEqual([
    ['a', [0, size]],
    ['b', [0]],
  ]);
  expect(results).toMatchObject([{ errorCode: 0, logDir: broker.store.directory, isCordoned: false }]);
  if (version < 4) return;
  const { bsize, blocks } = statfsSync(broker.store.directory);
  expect(results[0].totalBytes).toBe(bsize * blocks);
  expect(results[0].usableBytes).toBeGreaterThan(0);
});

test('some partitions; those that are not there are left out', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('a', { partitions: 3 });
  const topics = [
    { topic: 'a', partitions: [2, 0, 7] },
    { topic: 'none', partitions: [0] },
  ];
  const { results } = await client.ask(describeLogDirs, 4, { topics });
  expect(
    results[0].topics.map(({ name, partitions }) => [name, partitions.map((each) => each.partitionIndex)]),
  ).toEqual([['a', [2, 0]]]);
});

test('the size of a log that nobody has opened, and it stays so', async () => {
  const data = join(temporaryDirectory(), 'data');
  const first = await startBroker({ data, port: 0 });
  await first.store.createTopic('t');
  const log = first.store.partition('t', 0);
  log.append([{ value: 'x'.repeat(5000) }]);
  const { size } = log;
  await first.close();
  await using broker = await startBroker({ data, port: 0 });
  const client = await connect(broker);
  const { results } = await client.ask(describeLogDirs, 4, { topics: null });
  client.close();
  expect(results[0].topics[0].partitions[0].partitionSize).toBe(size);
  expect(broker.store.openPartition('t', 0)).toBeNull();
});
