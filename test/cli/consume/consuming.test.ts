import { expect, test } from 'vitest';
import { consumeAll } from '#millrace/cli/consume/consuming.js';
import { OutputBuffer } from '#millrace/cli/consume/output-buffer.js';
import { PartitionReader } from '#millrace/cli/consume/partition-reader.js';
import { templateWriter } from '#millrace/cli/consume/record-text.js';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { Kept } from '../cli-run.ts';

async function opened() {
  const data = temporaryDirectory();
  const writer = await openStore(data);
  await writer.createTopic('t', { partitions: 2 });
  const logs = [0, 1].map((index) => writer.partition('t', index));
  logs[0].append([{ value: 'a' }, { value: 'b' }]);
  logs[1].append([{ value: 'c' }]);
  const store = await openStore(data, { readOnly: true });
  const kept = new Kept();
  const controller = new AbortController();
  const { signal } = controller;
  const out = new OutputBuffer(kept, signal);
  const write = templateWriter('%p%s ', 't');
  const readers = [0, 1].map((partition) => {
    const log = store.partition('t', partition);
    return new PartitionReader({ log, partition, offset: 0, write, out, onGap: () => undefined });
  });
  let looks = 0;
  const base = { readers, out, max: Infinity, follow: false, look: () => void looks++, signal };
  const close = async (): Promise<void> => {
    await store.close();
    await writer.close();
  };
  return { base, logs, kept, controller, looks: () => looks, close };
}

test('it ends where the end was, whatever comes meanwhile', async () => {
  const { base, logs, kept, close } = await opened();
  logs[0].append([{ value: 'late' }]);
  await consumeAll(base);
  expect(kept.text).toBe('0a 0b 1c ');
  await close();
});

test('it ends after so many records', async () => {
  const { base, kept, close } = await opened();
  await consumeAll({ ...base, max: 1, follow: true });
  expect(kept.text).toBe('0a ');
  await close();
});

test('following, it writes what comes until the signal ends', async () => {
  const { base, logs, kept, controller, looks, close } = await opened();
  const running = consumeAll({ ...base, follow: true });
  while (kept.text !== '0a 0b 1c ') await new Promise(setImmediate);
  logs[1].append([{ value: 'd' }]);
  while (!kept.text.endsWith('1d ')) await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort();
  await running;
  expect(kept.text).toBe('0a 0b 1c 1d ');
  expect(looks()).toBeGreaterThan(0);
  await close();
});
