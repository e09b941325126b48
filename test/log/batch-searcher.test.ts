import { expect, onTestFinished, test } from 'vitest';
import { BatchSearcher } from '#millrace/log/batch-searcher.js';
import { readyBatches } from '../support/temp-log.ts';

const wanted = { startOffset: 0, timestamp: 150, wants: 'first' } as const;
const batch = readyBatches(
  [100, 200].map((timestamp) => ({ value: 'v', timestamp })),
  { compression: 'gzip' },
);

function setUp() {
  const searcher = new BatchSearcher();
  onTestFinished(() => searcher.close());
  return { searcher, client: new AbortController() };
}

test('searches in a thread, and the bytes stay whose they are', async () => {
  const { searcher, client } = setUp();
  const view = Buffer.concat([Buffer.alloc(1_000), batch]).subarray(1_000);
  expect(await searcher.find(view, wanted, client.signal)).toMatchObject({ offset: 1, timestamp: 200 });
  expect(view.equals(batch)).toBe(true);
});

test('errors arrive as they were thrown, and the next one is searched', async () => {
  const { searcher, client } = setUp();
  const damaged = Buffer.from(batch).fill(0, 61);
  const [failed, found] = [damaged, batch].map((each) => searcher.find(each, wanted, client.signal));
  await expect(failed).rejects.toMatchObject({ code: 'ERR_MILLRACE_CORRUPT' });
  expect(await found).toMatchObject({ offset: 1 });
});

test('for a client that has gone nothing is searched, nor after the end', async () => {
  const { searcher, client } = setUp();
  const first = searcher.find(batch, wanted, new AbortController().signal);
  const second = searcher.find(batch, wanted, client.signal);
  client.abort();
  const late = searcher.find(batch, wanted, new AbortController().signal);
  await expect(second).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED' });
  await Promise.all([first, late]);
  await searcher.close();
  await expect(searcher.find(batch, wanted, new AbortController().signal)).rejects.toMatchObject({
    code: 'ERR_MILLRACE_CLOSED',
  });
});
