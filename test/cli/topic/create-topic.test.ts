import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli } from '../cli-run.ts';

test('a topic is made with its partitions and settings, and the directory with it', async () => {
  const data = join(temporaryDirectory(), 'new');
  const create = ['topic', 'create', '--data', data];
  const settings = ['--config', 'retention.ms=1000', '--config', 'compression.type=zstd'];
  expect(await cli([...create, 'orders', '--partitions', '3', ...settings])).toEqual({
    stdout: 'created orders with 3 partitions\n',
    stderr: '',
    status: 0,
  });
  const { stdout } = await cli([...create, 'other', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ created: 'other', name: 'other', partitions: 1, config: {} });
  const { stdout: listed } = await cli(['topic', 'list', '--json', '--data', data]);
  expect(JSON.parse(listed.split('\n')[0])).toMatchObject({
    name: 'orders',
    partitions: 3,
    config: { 'retention.ms': 1000, 'compression.type': 'zstd' },
  });
});

test('what is there already is a failure, what cannot be is wrong usage', async () => {
  const data = temporaryDirectory();
  const create = ['topic', 'create', '--data', data];
  await cli([...create, 'orders']);
  const again = await cli([...create, 'orders']);
  expect(again.status).toBe(1);
  expect(again.stderr).toBe('millrace: topic "orders" exists already (ERR_MILLRACE_TOPIC_EXISTS)\n');
  const wrong = [
    ['a b'],
    ['t', '--partitions', '0'],
    ['t', '--config', 'retention.ms'],
    ['t', '--config', 'retention.ms=x'],
  ];
  for (const args of [...wrong, []]) expect((await cli([...create, ...args])).status).toBe(2);
  expect((await cli([...create, 't', '--config', 'retention.mss=1'])).stderr).toMatch(/did you mean "retention\.ms"\?/);
});
