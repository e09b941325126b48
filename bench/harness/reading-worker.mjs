/**
 * A worker thread that opens a store for reading, for itself, and passes over a log whenever it is told to. Started by workers.mjs; answers
 * each task with records, or loops, a second.
 */
/* oxlint-disable unicorn/require-post-message-target-origin -- a port of a thread has none */
import { on } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from 'millrace';
import { spin, sumOfLog } from './reading-pass.mjs';

const { path, topic, expected, passes, loops } = workerData;
const store = await openStore(path, { readOnly: true });
const log = store.partition(topic, 0);

const tasks = {
  read() {
    const began = performance.now();
    for (let pass = 0; pass < passes; pass++) {
      const sum = sumOfLog(log);
      if (sum !== expected) throw new Error(`a worker came to ${sum}, expected ${expected}`);
    }
    return (passes * log.endOffset * 1000) / (performance.now() - began);
  },
  spin: () => spin(loops),
};

const messages = on(parentPort, 'message');
parentPort.postMessage('ready');
for await (const [task] of messages) {
  if (task === 'end') break;
  parentPort.postMessage(tasks[task]());
}
await store.close();
parentPort.close();
