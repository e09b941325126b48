/**
 * A program with a broker in memory that it does not close: says where that is, and ends in a way that its argument names.
 *
 *   node memory-child.mjs exits | throws | thread | waits
 */
import { Worker, isMainThread } from 'node:worker_threads';
import { startBroker } from '#millrace/broker/broker.js';

const way = process.argv[2];

async function begin() {
  const { store } = await startBroker({ data: 'memory', port: 0 });
  await store.createTopic('t');
  store.partition('t', 0).append([{ value: 'x' }]);
  console.log(store.directory);
}

if (way === 'thread' && isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { argv: [way] });
  worker.on('error', (error) => console.error(error));
} else await begin();
if (way === 'thread' && !isMainThread) process.exit(0);
if (way === 'exits') process.exit(7);
if (way === 'throws') throw new Error('thrown on purpose');
