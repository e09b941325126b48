import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { arrival } from '#millrace/cli/consume/arrival.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';

async function opened() {
  const data = temporaryDirectory();
  const writer = await openStore(data);
  await writer.createTopic('t', { partitions: 2 });
  const reader = await openStore(data, { readOnly: true });
  const waiting = [0, 1].map((index) => ({ log: reader.partition('t', index), offset: 0 }));
  return { writer, reader, waiting };
}

test('a record in any of the logs ends the wait', async () => {
  const { writer, reader, waiting } = await opened();
  const { signal } = new AbortController();
  const arrived = arrival(waiting, 60_000, signal);
  writer.partition('t', 1).append([{ value: 'a' }]);
  await arrived;
  expect(waiting.map(({ log }) => log.endOffset)).toEqual([0, 1]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  await Promise.all([writer.close(), reader.close()]);
});

test('so do the time and the signal', async () => {
  const { writer, reader, waiting } = await opened();
  const controller = new AbortController();
  await arrival(waiting, 20, controller.signal);
  const aborted = arrival(waiting, 60_000, controller.signal);
  controller.abort();
  await aborted;
  await arrival(waiting, 60_000, controller.signal);
  expect(waiting.map(({ log }) => log.endOffset)).toEqual([0, 0]);
  await Promise.all([writer.close(), reader.close()]);
});

test('a log that is closed meanwhile is told of', async () => {
  const { writer, reader, waiting } = await opened();
  const waits = arrival(waiting, 60_000, new AbortController().signal);
  const told = expect(waits).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
  await reader.close();
  await told;
  await writer.close();
});
