import { expect, test } from 'vitest';
import { consume, type ConsumeOptions } from '#millrace/cli/consume/consume-run.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { testContext } from '../cli-run.ts';

const options: ConsumeOptions = { data: '', json: false, from: { kind: 'beginning' }, format: '%p%s ' };

async function opened() {
  const data = temporaryDirectory();
  const writer = await openStore(data);
  await writer.createTopic('t');
  writer.partition('t', 0).append([{ value: 'a' }]);
  const store = await openStore(data, { readOnly: true });
  const close = async (): Promise<void> => {
    await store.close();
    await writer.close();
  };
  return { writer, store, close };
}

test('partitions that come while it follows are read too', async () => {
  const { writer, store, close } = await opened();
  const context = testContext();
  const running = consume(context, store, 't', { ...options, follow: true });
  await writer.addPartitions('t', 2);
  writer.partition('t', 1).append([{ value: 'b' }]);
  while (context.stdout.text !== '0a 1b ') await new Promise((resolve) => setTimeout(resolve, 5));
  context.controller.abort();
  await running;
  expect(context.stderr.text).toBe('');
  await close();
});

test('a topic that is deleted while it is followed ends it with that', async () => {
  const { writer, store, close } = await opened();
  const running = consume(testContext(), store, 't', { ...options, follow: true });
  const told = expect(running).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' });
  await writer.deleteTopic('t');
  await told;
  await close();
});

test('from the end it follows unless told otherwise', async () => {
  const { writer, store, close } = await opened();
  const context = testContext();
  const fromEnd = { ...options, from: { kind: 'end' as const } };
  await consume(context, store, 't', { ...fromEnd, exitAtEnd: true });
  const running = consume(context, store, 't', { ...fromEnd, max: 1 });
  writer.partition('t', 0).append([{ value: 'new' }]);
  await running;
  expect(context.stdout.text).toBe('0new ');
  await close();
});
