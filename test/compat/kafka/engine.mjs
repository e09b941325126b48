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

/** The special timestamps of ListOffsets, in our words. */
const SPECS = new Map([
  [-2, 'earliest'],
  [-1, 'latest'],
  [-3, 'maxTimestamp'],
]);

/** What Kafka's ListOffsets is asked: [asked, offset, timestamp, leader epoch]. */
function listed(log, asked) {
  const found = log.offsetOf(SPECS.get(asked) ?? { timestamp: asked });
  return [asked, found?.offset ?? null, found?.timestamp ?? null, found?.leaderEpoch ?? null];
}

/**
 * Opens the store, recovering it when it must, and reports on one partition as Kafka's half does. `timestampsOf` gives, for the batches
 * found, the timestamps to look up.
 */
export function report(directory, topic, partition, timestampsOf = () => []) {
  const read = (store) => {
    const log = store.partition(topic, partition);
    const batches = readAll(log);
    // Of a log that was trimmed, Kafka's largest timestamp may be of a record that is gone.
    const specs = [...SPECS.keys()].filter((asked) => asked !== -3 || log.startOffset === 0);
    return {
      logStartOffset: log.startOffset,
      logEndOffset: log.endOffset,
      batches,
      listed: [...specs, ...timestampsOf(batches).slice(0, 10)].map((asked) => listed(log, asked)),
      lookups: timestampsOf(batches).map((timestamp) => {
        const found = log.offsetForTimestamp(timestamp);
        return [timestamp, found?.offset ?? null, found?.timestamp ?? null];
      }),
    };
  };
  // Hundreds of small logs: threads would take longer to start than the recovery takes.
  return withStore(directory, read, { recoveryThreads: 0 });
}

/** Opens the store at the time `now`, removes old segments of a partition as these settings say, and tells what is left. */
export function retain(directory, { topic, partition, config, now }) {
  const clock = { now: () => now, schedule: () => () => undefined };
  const remove = async (store) => {
    await store.alterTopic(topic, config);
    await store.retain();
    const log = store.partition(topic, partition);
    return { logStartOffset: log.startOffset, logEndOffset: log.endOffset, segments: log.segmentCount };
  };
  return withStore(directory, remove, { recoveryThreads: 0, clock });
}
