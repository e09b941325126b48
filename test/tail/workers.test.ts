/** Worker threads follow a log, each by a store of its own, while the main thread appends: all of them come to what it appended. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const WORKER = new URL('following-worker.mjs', import.meta.url);
const WORKERS = 3;
const ROUNDS = 150;

test(`${WORKERS} workers agree with the writer about each record`, { timeout: 60_000 }, async () => {
  const directory = join(temporaryDirectory(), 'data');
  const store = await openStore(directory);
  onTestFinished(() => store.close());
  await store.createTopic('a', { config: { 'segment.bytes': 128 * 1024, 'index.interval.bytes': 1000 } });
  const log = store.partition('a', 0);
  const ends = Array.from({ length: WORKERS }, async (_, i) => {
    const worker = new Worker(WORKER, { workerData: { directory, maxBytes: [0, 5000, 1 << 20][i] } });
    // Its last message and its end may be told in the same turn.
    const ended = once(worker, 'exit');
    const [told] = await once(worker, 'message');
    await ended;
    return told;
  });

  const hash = createHash('sha256');
  const append = (values: string[], compression: 'none' | 'gzip'): void => {
    for (const value of values) hash.update(value);
    log.append(
      values.map((value) => ({ value })),
      { compression },
    );
  };
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < 10; i++) {
      const values = Array.from({ length: 1 + (i % 4) }, (_, j) => `${round} ${i} ${j}`.padEnd((round * 31 + i) % 900));
      append(values, i === 7 ? 'gzip' : 'none');
    }
    if (round % 20 === 0) log.roll();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  append(['last'], 'none');
  expect(log.segmentCount).toBeGreaterThan(5);
  const expected = { count: log.endOffset, hash: hash.digest('hex') };
  expect(await Promise.all(ends)).toEqual(Array.from({ length: WORKERS }, () => expected));
});
