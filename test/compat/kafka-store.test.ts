/** A broker's whole log directory, its own topics and files included, opened as a store: as it was stopped, and as it was killed. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore, type Store } from 'millrace';
import { expectedLog, FIXTURE, fixturePartitions, recordsAsExpected } from './expected-log.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-kafka-store-'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Records are of 2025: the default retention would remove them. */
const KEEP = { defaults: { 'retention.ms': -1 } } as const;

function copyOf(which: string): string {
  const directory = join(root, which);
  cpSync(join(FIXTURE, which, 'log-dir'), directory, { recursive: true });
  return directory;
}

/** All records of all partitions, and where the logs begin and end. */
function read(store: Pick<Store, 'partition'>, which: string): object[] {
  return fixturePartitions(which).map((name) => {
    const { topic, partition } = expectedLog(which, name);
    const log = store.partition(topic, partition);
    const records = [];
    for (let next = log.startOffset; next < log.endOffset;) {
      const run = log.read(next);
      for (const batch of run) records.push(...recordsAsExpected(batch));
      if (run.nextOffset === next) break;
      next = run.nextOffset;
    }
    return { name, startOffset: log.startOffset, endOffset: log.endOffset, records };
  });
}

function expected(which: string): object[] {
  return fixturePartitions(which).map((name) => {
    const { logStartOffset, logEndOffset, batches } = expectedLog(which, name);
    const records = batches.flatMap((batch) => batch.records).filter(([offset]) => offset >= logStartOffset);
    return { name, startOffset: logStartOffset, endOffset: logEndOffset, records };
  });
}

describe.each(['clean', 'killed'])('a log directory of Kafka 4.2, %s', (which) => {
  test('has the topics that Kafka had, under their ids', async () => {
    const directory = copyOf(which);
    const ids = new Map(
      fixturePartitions(which).map((name) => {
        const metadata = readFileSync(join(directory, name, 'partition.metadata'), 'utf8');
        return [expectedLog(which, name).topic, /topic_id: (\S+)/.exec(metadata)![1]];
      }),
    );
    const store = await openStore(directory, KEEP);
    const found = store.topics().map(({ name, id }) => [name, id] as const);
    expect(new Map(found)).toEqual(ids);
    expect(store.topic('codecs').partitions).toBe(5);
    await store.close();
  });

  test('is read whole, and again after a stop of ours', async () => {
    const directory = copyOf(which);
    for (let round = 0; round < 2; round++) {
      const store = await openStore(directory, KEEP);
      expect(read(store, which)).toEqual(expected(which));
      await store.close();
      expect(existsSync(join(directory, '.kafka_cleanshutdown'))).toBe(true);
    }
  });

  test('takes more records behind those of Kafka', async () => {
    const directory = copyOf(which);
    const { logEndOffset } = expectedLog(which, 'codecs-4');
    const store = await openStore(directory, KEEP);
    const receipt = store.partition('codecs', 4).append([{ key: 'ours', value: 'behind theirs' }]);
    expect(receipt.baseOffset).toBe(logEndOffset);
    await store.close();
    const again = await openStore(directory, KEEP);
    const [batch] = again.partition('codecs', 4).read(logEndOffset);
    expect([...batch].map(({ key, value }) => [String(key), String(value)])).toEqual([['ours', 'behind theirs']]);
    await again.close();
  });
});

test('a directory that Kafka stopped cleanly is read without being written', async () => {
  const directory = copyOf('clean');
  const store = await openStore(directory, { readOnly: true });
  expect(read(store as unknown as Store, 'clean')).toEqual(expected('clean'));
  await store.close();
  expect(existsSync(join(directory, '.kafka_cleanshutdown'))).toBe(true);
});
