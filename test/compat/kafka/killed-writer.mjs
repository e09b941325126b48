/**
 * A writer that is to be killed: opens a store, appends for ever and tells after each append, on standard output, the offset of the
 * last record. Arguments: directory, seed.
 */
import { openStore } from 'millrace';
import { appendBatches, Random, SMALL_TOPIC } from './workload.mjs';

const [directory, seed] = process.argv.slice(2);
const topic = { ...SMALL_TOPIC, name: 'killed', config: { 'segment.bytes': 65_536 }, valueBytes: 400 };
const store = await openStore(directory, { defaults: { 'retention.ms': -1 } });
await store.createTopic(topic.name, { partitions: 1, config: topic.config });
const random = new Random(Number(seed));
const log = store.partition(topic.name, 0);
for (;;) {
  for (const receipt of appendBatches(log, topic, 0, random)) process.stdout.write(`${receipt.lastOffset}\n`);
  // Lets standard output drain, so that the parent knows what was appended.
  await new Promise((resolve) => setImmediate(resolve));
}
