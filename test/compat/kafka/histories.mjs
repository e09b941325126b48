/**
 * Logs with a past: stopped and opened again, cut, trimmed, rolled by hand, filled with ready batches that Kafka made. Each is one partition
 * of one topic, and each ends cleanly.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logsOf } from './damage.mjs';
import { withStore } from './engine.mjs';
import { appendBatches } from './workload.mjs';

const FIXTURE = fileURLToPath(new URL('../../fixture/kafka-4.2/clean/log-dir', import.meta.url));

export const HISTORY_TOPIC = {
  name: 'history',
  config: { 'segment.bytes': 16_384, 'index.interval.bytes': 1024 },
  records: 10,
  valueBytes: 200,
  codec: (_, random) => random.pick(['none', 'none', 'snappy', 'lz4', 'gzip']),
};

/** Appends and returns the receipts. */
function fill(log, partition, random, batches) {
  return [...appendBatches(log, HISTORY_TOPIC, partition, random, batches)];
}

/** What happens to a partition: a list of sessions; the store is closed after each. */
const histories = {
  'stopped and opened again': Array.from({ length: 4 }, () => (log, partition, random) => {
    fill(log, partition, random, 40);
  }),
  'cut at a batch, and gone on': [
    (log, partition, random) => {
      const receipts = fill(log, partition, random, 100);
      log.truncateTo(receipts[30].baseOffset);
      fill(log, partition, random, 60);
      log.truncateTo(receipts[29].baseOffset);
    },
    (log, partition, random) => {
      const receipts = fill(log, partition, random, 20);
      log.truncateTo(receipts.at(-1).baseOffset);
    },
  ],
  'trimmed at the start': [
    (log, partition, random) => {
      const receipts = fill(log, partition, random, 100);
      log.deleteRecords(receipts[60].baseOffset);
    },
    (log, partition, random) => {
      fill(log, partition, random, 10);
    },
  ],
  'rolled by hand': [
    (log, partition, random) => {
      for (let i = 0; i < 8; i++) {
        fill(log, partition, random, 1 + random.below(6));
        log.roll();
      }
    },
  ],
  'ready batches that Kafka made, of every codec': [
    (log) => {
      for (const codec of [4, 3, 2, 1, 0]) {
        const directory = join(FIXTURE, `codecs-${codec}`);
        for (const name of logsOf(directory)) log.appendBatches(readFileSync(join(directory, name)));
      }
    },
    (log, partition, random) => {
      fill(log, partition, random, 20);
    },
  ],
};

export const HISTORIES = Object.keys(histories);

export async function writeHistories(directory, randomOf) {
  const sessions = Object.values(histories);
  const randoms = sessions.map((_, partition) => randomOf(partition));
  await withStore(directory, (store) =>
    store.createTopic(HISTORY_TOPIC.name, { partitions: sessions.length, config: HISTORY_TOPIC.config }),
  );
  const rounds = Math.max(...sessions.map((list) => list.length));
  for (let round = 0; round < rounds; round++) {
    await withStore(directory, (store) => {
      sessions.forEach((list, partition) => {
        list[round]?.(store.partition(HISTORY_TOPIC.name, partition), partition, randoms[partition]);
      });
    });
  }
}
