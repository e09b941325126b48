/**
 * A process that writes a store as fast as it can, rolls, deletes records, makes topics and checkpoints, until it is told to stop:
 * `fork('live-writer.mjs', [directory])`. Says `writing` when it has begun; closes the store at a message, or is killed.
 */
import { setImmediate } from 'node:timers/promises';
import { openStore } from 'millrace';

const store = await openStore(process.argv[2]);
const stop = { isAsked: false };
process.once('message', () => (stop.isAsked = true));
process.once('disconnect', () => (stop.isAsked = true));
await store.createTopic('busy', { partitions: 2, config: { 'segment.bytes': 65_536 } });
for (let i = 0; !stop.isAsked; i++) {
  const log = store.partition('busy', i % 2);
  log.append([{ value: 'x'.repeat(200) }, { value: `${i}` }]);
  if (i % 5000 === 0) log.deleteRecords(Math.max(0, log.endOffset - 4000));
  if (i % 20_000 === 0) await store.createTopic(`more-${i}`);
  if (i % 3000 === 0) await store.checkpoint();
  if (i % 20 === 0) await setImmediate();
  if (i === 2000) process.send('writing');
}
await store.close();
process.send('closed', () => process.disconnect());
