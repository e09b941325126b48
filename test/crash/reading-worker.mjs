/** Reads a live store without end, in a worker thread; tells how much it has read, for who terminates it in the middle. */
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '#millrace/main.js';

const store = await openStore(workerData.directory, { readOnly: true });
const log = store.partition('a', 0);
let { rounds } = workerData;
let records = 0;

async function readThrough() {
  log.refresh();
  let next = log.startOffset;
  while (next < log.endOffset) {
    const run = await log.readAsync(next, { maxBytes: 50_000 });
    for (const batch of run) {
      batch.ensureValid();
      for (const record of batch) {
        if (record.offset !== next || !String(record.value).startsWith(`${next} `)) {
          throw new Error(`offset ${record.offset} where ${next} was expected`);
        }
        next++;
        records++;
      }
    }
  }
}

while (rounds !== 0) {
  try {
    await readThrough();
  } catch (error) {
    // The writer has deleted what was to be read next.
    if (error.code !== 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE') throw error;
  }
  rounds--;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
  parentPort.postMessage(records);
  await new Promise((resolve) => setImmediate(resolve));
}
await store.close();
