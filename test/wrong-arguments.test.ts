/** Who calls from JavaScript is told which argument is wrong: by the library's error, as a rejection where the method returns a promise. */
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openStore, type Store } from '#millrace/main.js';
import { temporaryDirectory } from './support/temp-directory.ts';

let store: Store;

beforeEach(async () => {
  const opened = await openStore(temporaryDirectory());
  onTestFinished(() => opened.close());
  store = opened;
  await store.createTopic('t');
});

const none = null as never;

test.each<[string, () => Promise<unknown>]>([
  ['a send', () => store.producer().send('t', { value: 'v' }, none)],
  ['the end of a producer', () => store.producer().close(none)],
  ['a transaction', () => store.producer({ transactionalId: 'a' }).transaction(none)],
  ['the end of a transactional producer', () => store.producer({ transactionalId: 'a' }).close(none)],
  ['the offsets of a group', () => store.committedOffsets(none)],
  ['a writable', async () => store.producer().writable(none)],
])('%s', async (_, call) => {
  let rejected: Promise<unknown> | null = null;
  expect(() => {
    rejected = call();
  }).not.toThrow();
  await expect(rejected).rejects.toMatchObject({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' });
});

test('a producer whose end was asked for wrongly goes on', async () => {
  const producer = store.producer();
  await expect(producer.close(none)).rejects.toThrow('options must be an object, got null');
  await expect(producer.send('t', { value: 'v' })).resolves.toMatchObject({ offset: 0 });
});
