import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { cli, start } from '../cli-run.ts';

async function filled(): Promise<string> {
  const data = temporaryDirectory();
  await using store = await openStore(data);
  await store.createTopic('orders', { partitions: 3 });
  for (let i = 0; i < 9; i++) {
    store
      .partition('orders', i % 3)
      .append([{ key: `k${i}`, value: `v${i}`, timestamp: 1_764_093_600_000 + i * 1000 }]);
  }
  return data;
}

test('values, each partition in its order', async () => {
  const data = await filled();
  const result = await cli(['consume', 'orders', '--data', data]);
  expect(result).toEqual({ stdout: 'v0\nv3\nv6\nv1\nv4\nv7\nv2\nv5\nv8\n', stderr: '', status: 0 });
});

test('some partitions, from somewhere, so many, in some form', async () => {
  const data = await filled();
  const consume = async (...args: string[]): Promise<string> =>
    (await cli(['consume', 'orders', '--data', data, ...args])).stdout;
  expect(await consume('--partition', '2', '--partition', '0')).toBe('v2\nv5\nv8\nv0\nv3\nv6\n');
  expect(await consume('--from', '-1')).toBe('v6\nv7\nv8\n');
  expect(await consume('--from', '2', '--format', '%p:%o=%k;')).toBe('0:2=k6;1:2=k7;2:2=k8;');
  expect(await consume('--from', '2025-11-25T18:00:05Z')).toBe('v6\nv7\nv5\nv8\n');
  expect(await consume('--max', '2')).toBe('v0\nv3\n');
  const rows = (await consume('--json')).trimEnd().split('\n');
  expect(rows.map((row) => JSON.parse(row).value)).toEqual(['v0', 'v3', 'v6', 'v1', 'v4', 'v7', 'v2', 'v5', 'v8']);
});

test('what cannot be asked for is wrong usage, what is not there a failure', async () => {
  const data = await filled();
  const status = async (...args: string[]): Promise<number> => (await cli(['consume', '--data', data, ...args])).status;
  expect(await status('orders', '--format', '%z')).toBe(2);
  expect(await status('orders', '--json', '--format', '%s')).toBe(2);
  expect(await status('orders', '--follow', '--exit-at-end')).toBe(2);
  expect(await status('orders', '--from', 'nowhere')).toBe(2);
  expect(await status('orders', '--max', '0')).toBe(2);
  expect(await status()).toBe(2);
  expect(await status('orders', '--partition', '3')).toBe(1);
  expect(await status('orders', '--from', '4')).toBe(1);
  expect((await cli(['consume', 'oders', '--data', data])).stderr).toMatch(/did you mean "orders"\?/);
});

test('following, it ends quietly when whoever reads has gone, though nothing comes', async () => {
  const data = await filled();
  const child = start(['consume', 'orders', '--data', data, '--follow']);
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(Buffer.concat(errors).toString()).toBe('');
});
