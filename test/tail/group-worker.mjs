/** A member of a group in a worker thread: tells what it has read, and what it is given. Waits for 'close' or dies on 'die'. */
import { parentPort, workerData } from 'node:worker_threads';
import { openStore } from '#millrace/main.js';

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
const tell = (message) => parentPort.postMessage(message);
const store = await openStore(workerData.directory, { readOnly: true });
const consumer = store.consumer({
  groupId: 'g',
  topics: ['orders'],
  coordinator: workerData.port,
  autoOffsetReset: 'earliest',
  assignors: workerData.assignors,
  autoCommitIntervalMs: 50,
  onAssigned: () => tell({ assigned: consumer.assignment().length }),
});
parentPort.on('message', (word) => {
  if (word === 'die') process.exit(1);
  // `each` settles when that is done.
  void consumer.close();
});
await consumer.each((record) => tell({ value: String(record.value) }));
await store.close();
tell({ closed: true });
process.exit();
