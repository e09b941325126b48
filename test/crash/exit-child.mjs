/**
 * Ends in a way that its second argument names, with a store open and flushes on their way. It must end by itself and with the status given.
 *
 *   node exit-child.mjs <data directory> returns | exits | throws | rejects | closes-late
 */
import { openStore } from '#millrace/main.js';

const [directory, way] = process.argv.slice(2);
const store = await openStore(directory);
if (store.topics().length === 0) await store.createTopic('a', { partitions: 8, config: { 'flush.messages': 1 } });
const pending = [];
for (let i = 0; i < 200; i++) {
  const receipt = store.partition('a', i % 8).append([{ value: `${way} ${i} ${'v'.repeat(5000)}` }]);
  pending.push(receipt.durable);
}
process.on('exit', () => console.log(`ends by ${way}`));

if (way === 'exits') process.exit(7);
if (way === 'throws') throw new Error('thrown on purpose');
if (way === 'rejects') void Promise.reject(new Error('rejected on purpose'));
if (way === 'closes-late') {
  await Promise.all(pending);
  await store.close();
}
// `returns`: the program is at its end, and has closed nothing.
