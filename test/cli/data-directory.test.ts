import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findTopic, reading, writing } from '#millrace/cli/data-directory.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { testContext } from './cli-run.ts';

test('a directory that is not there is made only when asked for', async () => {
  const data = join(temporaryDirectory(), 'data');
  const context = testContext();
  const refused = { code: 'ERR_MILLRACE_IO', message: `there is no data directory ${data}; --data names another` };
  await expect(reading(context, data, () => 1)).rejects.toMatchObject(refused);
  await expect(writing(context, data, () => 1)).rejects.toMatchObject(refused);
  expect(existsSync(data)).toBe(false);
  expect(await writing(context, data, () => 2, { create: true })).toBe(2);
  expect(await reading(context, data, () => 3)).toBe(3);
  expect(context.stderr.text).toBe('');
});

test('the store is closed, whatever happens', async () => {
  const data = temporaryDirectory();
  const context = testContext();
  await expect(
    writing(context, data, () => {
      throw new Error('mine');
    }),
  ).rejects.toThrow('mine');
  await using store = await openStore(data);
  expect(store.recovery.clean).toBe(true);
});

test('a topic is found by its whole name, and one that is near is suggested', async () => {
  await using store = await openStore(temporaryDirectory());
  await store.createTopic('orders', { partitions: 3 });
  expect(findTopic(store, 'orders').partitions).toBe(3);
  expect(() => findTopic(store, 'ordres')).toThrow(/no topic "ordres" in .*, did you mean "orders"\?$/);
  expect(() => findTopic(store, 'payments')).toThrow(/no topic "payments" in \S+$/);
});

test('what the store warns of is said in one line', async () => {
  const context = testContext();
  await writing(context, temporaryDirectory(), async (store) => {
    await store.createTopic('a.b');
    await store.createTopic('a_b');
  });
  expect(context.stderr.text).toMatch(/^millrace: warning: two topics .* \(topic a_b, other a\.b\)\n$/);
});

test('a directory that was not closed is recovered, and that is said', async () => {
  const data = temporaryDirectory();
  const context = testContext();
  await writing(context, data, async (store) => {
    await store.createTopic('t', { partitions: 2 });
  });
  rmSync(join(data, '.kafka_cleanshutdown'));
  await writing(context, data, () => undefined);
  expect(context.stderr.text).toMatch(
    /^millrace: the last writer did not close .*: recovered 2 partitions in \d+ ms\n$/,
  );
});
