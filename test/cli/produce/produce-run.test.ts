import { expect, test } from 'vitest';
import { produce, type ProduceOptions } from '#millrace/cli/produce/produce-run.js';
import { openStore } from '#millrace/main.js';
import { valuesOf } from '../../store/store-fixture.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { testContext } from '../cli-run.ts';

const options: ProduceOptions = { data: '', json: false, acks: 'all' };

test('what was written is returned and reported, in one sentence or as JSON', async () => {
  await using store = await openStore(temporaryDirectory());
  await store.createTopic('t', { partitions: 4 });
  const people = testContext('a\nbc\n');
  const request = { topic: 't', file: '-', options: { ...options, partition: 2 } };
  expect(await produce(people, store, request)).toMatchObject({ topic: 't', records: 2, bytes: 3, refused: 0 });
  expect(valuesOf(store.partition('t', 2))).toEqual(['a', 'bc']);
  expect(people.stdout.text).toBe('');
  expect(people.stderr.text).toMatch(
    /^millrace: wrote 2 records \(3 B\) to t in \d+\.\d\d s: .*B\/s, .* records\/s\n$/,
  );
  const machine = testContext('a\n');
  await produce(machine, store, { ...request, options: { ...options, json: true } });
  expect(machine.stderr.text).toBe('');
  expect(JSON.parse(machine.stdout.text)).toMatchObject({ topic: 't', records: 1, bytes: 1, refused: 0 });
});

test('nothing is made for an input that is not there', async () => {
  await using store = await openStore(temporaryDirectory());
  const request = { topic: 't', file: '/no/such/file', options: { ...options, create: true as const } };
  await expect(produce(testContext(), store, request)).rejects.toMatchObject({ code: 'ERR_MILLRACE_IO' });
  expect(store.topics()).toEqual([]);
});
