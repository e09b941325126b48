/** What the checks ask of our engine, through its public face. */
import { openStore } from 'millrace';
import { readAll } from './log-report.mjs';
import { appendBatches } from './workload.mjs';

/** The records are of 2025: a default retention would remove them while they are judged. */
const KEEP = { 'retention.ms': -1 };

/** Opens a store, runs, closes; closes also when `run` throws. `options` are those of `openStore`. */
export async function withStore(directory, run, options = {}) {
  const store = await openStore(directory, { defaults: KEEP, ...options });
  try {
    return await run(store);
  } finally {
    await store.close();
  }
}

/** Makes the topics and fills them, and stops cleanly. */
export async function writeTopics(directory, topics, randomOf) {
  await withStore(directory, async (store) => {
    for (const topic of topics) {
      await store.createTopic(topic.name, { partitions: topic.partitions, config: topic.config });
      for (let partition = 0; partition < topic.partitions; partition++) {
        const log = store.partition(topic.name, partition);
        let next = 0;
        for (const receipt of appendBatches(log, topic, partition, randomOf(topic, partition))) {
          if (receipt.baseOffset !== next) throw new Error(`appended at ${receipt.baseOffset}, expected ${next}`);
          next = receipt.lastOffset + 1;
        }
        await log.flush();
      }
    }
  });
}

/**
 * Opens the store, recovering it when it must, and reports on one partition as Kafka's half does. `timestampsOf` gives, for the batches
 * found, the timestamps to look up.
 */
export function report(directory, topic, partition, timestampsOf = () => []) {
  const read = (store) => {
    const log = store.partition(topic, partition);
    const batches = readAll(log);
    return {
      logStartOffset: log.startOffset,
      logEndOffset: log.endOffset,
      batches,
      lookups: timestampsOf(batches).map((timestamp) => {
        const found = log.offsetForTimestamp(timestamp);
        return [timestamp, found?.offset ?? null, found?.timestamp ?? null];
      }),
    };
  };
  // Hundreds of small logs: threads would take longer to start than the recovery takes.
  return withStore(directory, read, { recoveryThreads: 0 });
}
