/** Follows a log from its beginning, in a worker thread, until a record says that it is the last; tells how many there were and a hash of all. */
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '#millrace/main.js';

const store = await openStore(workerData.directory, { readOnly: true });
const log = store.partition('a', 0);
const hash = createHash('sha256');
let next = 0;
let isLast = false;
while (!isLast) {
  await log.waitFor(next);
  for (const batch of log.read(next, { maxBytes: workerData.maxBytes })) {
    batch.ensureValid();
    for (const { offset, value } of batch) {
      if (offset !== next) throw new Error(`offset ${offset} where ${next} was expected`);
      hash.update(value);
      isLast = String(value).startsWith('last');
      next++;
    }
  }
}
await store.close();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
parentPort.postMessage({ count: next, hash: hash.digest('hex') });
