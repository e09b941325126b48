/**
 * A process that fills a store and is then killed: `node doomed-writer.mjs '{"path","topics","bytes","checkpoint"}'`. It says `filled` by a
 * message and waits for its end. `topics` maps names to partition counts; each topic gets `bytes` in all.
 */
import { openStore } from 'millrace';
import { fill, makeRecords } from './data.mjs';

const { path, topics, bytes, checkpoint } = JSON.parse(process.argv[2]);
process.once('disconnect', () => process.exit(1));
const store = await openStore(path, { checkpointIntervalMs: 2 ** 31 - 1 });
const records = makeRecords(150, 100);
for (const [name, partitions] of Object.entries(topics)) {
  await store.createTopic(name, { partitions });
  for (let i = 0; i < partitions; i++) fill(store.partition(name, i), records, Math.floor(bytes / partitions));
}
if (checkpoint) await store.checkpoint();
process.send('filled');
