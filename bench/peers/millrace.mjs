/** What all others are held against: `log.append` of the records, left to the operating system to write. */
import { join } from 'node:path';
import { openStore } from 'millrace';

export async function open({ directory, records }) {
  const store = await openStore(join(directory, 'store'));
  await store.createTopic('peers');
  const log = store.partition('peers', 0);
  return {
    append: () => void log.append(records),
    read(sequence) {
      for (const batch of log.read(sequence, { maxBytes: 1 })) {
        for (const record of batch) if (record.offset === sequence) return Buffer.from(record.value);
      }
    },
    async close() {
      // Nothing is left to be flushed by a clean stop.
      await store.deleteTopic('peers');
      await store.close();
    },
  };
}
