import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('topics stand in columns by name, or one a line as JSON', async () => {
  const data = temporaryDirectory();
  const list = ['topic', 'list', '--data', data];
  await using store = await openStore(data);
  expect(await cli(list)).toEqual({ stdout: '', stderr: '', status: 0 });
  await store.createTopic('payments', { partitions: 12, config: { 'retention.ms': 1000 } });
  await store.createTopic('orders');
  expect((await cli(list)).stdout).toBe(
    ['TOPIC     PARTITIONS  SETTINGS', 'orders             1', 'payments          12  retention.ms=1000', ''].join(
      '\n',
    ),
  );
  const rows = (await cli([...list, '--json'])).stdout.trimEnd().split('\n');
  expect(rows.map((row) => JSON.parse(row))).toEqual([store.topic('orders'), store.topic('payments')]);
});
