/** Writes a store without end, in a worker thread, until it is terminated; or ends as it is told to, without closing anything. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '#millrace/main.js';

const store = await openStore(workerData.directory);
if (store.topics().length === 0) await store.createTopic('a', { config: { 'segment.bytes': 64 * 1024 } });
const log = store.partition('a', 0);

while (true) {
  let receipt;
  for (let i = 0; i < 200; i++) receipt = log.append([{ value: `${log.endOffset} ${'v'.repeat(500)}` }]);
  await receipt.durable;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
  parentPort.postMessage(log.endOffset);
  if (workerData.end === 'terminate') continue;
  // The report has arrived, and may not be overtaken by the end.
  await once(parentPort, 'message');
  if (workerData.end === 'throw') throw new Error('meant');
  process.exit(3);
}
