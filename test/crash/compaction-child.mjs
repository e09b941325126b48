/**
 * Writes a compacted log and compacts it without end. A record's value is its offset, its key the offset's rest, so that anybody can tell which
 * records must be there. Tells after each flush up to where all is durable. Arguments: the data directory.
 */
import { openStore } from 'millrace';

export const KEYS = 40;
const FLUSHES_A_COMPACTION = 4;

const [directory] = process.argv.slice(2);
const store = await openStore(directory, { compactionIntervalMs: 1_000_000 });
if (store.topics().length === 0)
  await store.createTopic('keys', { config: { 'cleanup.policy': 'compact', 'segment.bytes': 16_384 } });
const log = store.partition('keys', 0);

function append() {
  const from = log.endOffset;
  const records = Array.from({ length: 25 }, (_, i) => ({
    key: `key-${(from + i) % KEYS}`,
    value: `${from + i}`.padEnd(40, '.'),
  }));
  log.append(records, { compression: from % 3 === 0 ? 'lz4' : 'none' });
}

for (;;) {
  for (let i = 0; i < FLUSHES_A_COMPACTION; i++) {
    for (let j = 0; j < 20; j++) append();
    await log.flush();
    console.log(`durable ${log.endOffset}`);
  }
  log.roll();
  const { recordsRead, recordsKept } = await store.compact('keys', 0);
  console.log(`compacted ${recordsRead - recordsKept}`);
}
