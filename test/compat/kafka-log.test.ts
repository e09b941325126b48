/** Partition directories that Kafka wrote, stopped cleanly or killed and torn, opened by our log: nothing is lost, nothing is invented. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#millrace/clock.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { Flusher } from '#millrace/file/flusher.js';
import { Health } from '#millrace/file/health.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import { recoverLog } from '#millrace/log/log-recovery.js';
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '#millrace/log/log-settings.js';
import type { LogEnvironment } from '#millrace/log/log-writer.js';
import { PartitionLog } from '#millrace/log/partition-log.js';
import {
  type ExpectedFiles,
  type ExpectedLog,
  expectedLog,
  FIXTURE,
  fixturePartitions,
  recordsAsExpected,
} from './expected-log.ts';

let root: string;
let system: DiskFileSystem;
let environment: LogEnvironment;
let flusher: Flusher;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-kafka-log-'));
  system = new DiskFileSystem();
  const health = new Health(root);
  flusher = new Flusher(system.flushThread(root), health);
  // When Kafka was asked, and how long it remembered producers then.
  const clock = { ...systemClock, now: () => 1_795_618_200_000 };
  const producerIdExpirationMs = 7 * 24 * 3600 * 1000;
  environment = { system, cache: new WindowCache(system), clock, flusher, health, producerIdExpirationMs };
});

afterAll(() => {
  flusher.close();
  system.close();
  rmSync(root, { recursive: true, force: true });
});

/** The settings that Kafka wrote and recovered the directory with. */
function settingsOf({ config }: ExpectedLog): LogSettings {
  const number = (name: string, byDefault: number): number => Number(config[name] ?? byDefault);
  return {
    ...DEFAULT_LOG_SETTINGS,
    segmentBytes: number('segment.bytes', DEFAULT_LOG_SETTINGS.segmentBytes),
    segmentIndexBytes: number('segment.index.bytes', DEFAULT_LOG_SETTINGS.segmentIndexBytes),
    indexIntervalBytes: number('index.interval.bytes', DEFAULT_LOG_SETTINGS.indexIntervalBytes),
    timestampType: config['message.timestamp.type'] === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    retentionMs: -1,
  };
}

function copyOf(which: string, partition: string): string {
  // The last part stays: a log's directory is named after its partition.
  const directory = join(mkdtempSync(join(root, 'copy-')), partition);
  cpSync(join(FIXTURE, which, 'log-dir', partition), directory, { recursive: true });
  return directory;
}

function open(directory: string, expected: ExpectedLog): PartitionLog {
  return PartitionLog.open(environment, directory, {
    settings: settingsOf(expected),
    startOffset: expected.logStartOffset,
  });
}

/** Base offset, last offset, codec, epoch, checksum and records of every batch from the log start on. */
function read(log: PartitionLog): unknown[] {
  const found = [];
  for (let next = log.startOffset; next < log.endOffset;) {
    const run = log.read(next, { maxBytes: 2000 });
    for (const batch of run) {
      batch.ensureValid();
      const { baseOffset, lastOffset, compression, leaderEpoch, checksum } = batch;
      found.push([baseOffset, lastOffset, compression, leaderEpoch, checksum, recordsAsExpected(batch)]);
    }
    if (run.nextOffset === next) break;
    next = run.nextOffset;
  }
  return found;
}

function expectedReading({ batches, logStartOffset }: ExpectedLog): unknown[] {
  return batches.map(({ baseOffset, lastOffset, codec, leaderEpoch, crc, records }) => [
    baseOffset,
    lastOffset,
    codec,
    leaderEpoch,
    crc,
    // A log may start within a batch: its earlier records are there and not to be seen.
    records.filter(([offset]) => offset >= logStartOffset),
  ]);
}

function only(files: ExpectedFiles, suffixes: readonly string[]): ExpectedFiles {
  return Object.fromEntries(Object.entries(files).filter(([name]) => suffixes.some((suffix) => name.endsWith(suffix))));
}

function filesOf(directory: string): ExpectedFiles {
  return Object.fromEntries(
    readdirSync(directory).map((name) => {
      const bytes = readFileSync(join(directory, name));
      return [name, { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }];
    }),
  );
}

/** As Kafka's DescribeProducers tells of them. */
function producersOf({ activeProducers }: PartitionLog): ExpectedLog['producers'] {
  const told = activeProducers.map((producer) => ({
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    lastSequence: producer.lastSequence,
    lastTimestamp: producer.lastTimestamp,
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTransactionFirstOffset: producer.currentTransactionFirstOffset,
  }));
  return told.sort((a, b) => a.producerId - b.producerId);
}

/** All that our log says against all that Kafka said. */
async function compare(log: PartitionLog, expected: ExpectedLog): Promise<ExpectedFiles> {
  expect(log.startOffset).toBe(expected.logStartOffset);
  expect(log.endOffset).toBe(expected.logEndOffset);
  expect(read(log)).toEqual(expectedReading(expected));
  const lookups = expected.lookups.map(([timestamp]) => {
    const found = log.offsetForTimestamp(timestamp);
    return [timestamp, found?.offset ?? null, found?.timestamp ?? null];
  });
  expect(lookups).toEqual(expected.lookups);
  expect(log.lastStableOffset).toBe(expected.lastStableOffset);
  expect(log.abortedTransactions(log.startOffset, log.endOffset)).toEqual(expected.abortedTransactions);
  expect(producersOf(log)).toEqual(expected.producers);
  await log.close();
  return filesOf(log.directory);
}

describe.each(fixturePartitions('clean'))('%s of Kafka 4.2', (partition) => {
  test('stopped cleanly: opened as it is, read whole, left as it was', async () => {
    const expected = expectedLog('clean', partition);
    const files = await compare(open(copyOf('clean', partition), expected), expected);
    // Not the time index: an entry that an earlier close of Kafka's added within a segment is not needed and not kept.
    const kept = ['.log', '.index', '.txnindex'];
    expect(only(files, kept)).toEqual(only(expected.filesAfterClose, kept));
  });

  test('killed and torn: recovered to what Kafka recovers', async () => {
    const expected = expectedLog('killed', partition);
    const directory = copyOf('killed', partition);
    const settings = settingsOf(expected);
    const report = recoverLog(system, { directory, settings, recoveryPoint: expected.recoveryPoint });
    expect(report.endOffset).toBe(expected.logEndOffset);
    const files = await compare(open(directory, expected), expected);
    // Not the indexes: we keep the part below the recovery point, as a restarted Kafka had left it, and Kafka makes all of it again.
    expect(only(files, ['.log'])).toEqual(only(expected.filesAfterClose, ['.log']));
  });

  test('killed, and only the logs are left: the same, and indexes that equal those of Kafka byte for byte', async () => {
    const expected = expectedLog('killed', partition);
    const directory = copyOf('killed', partition);
    for (const name of readdirSync(directory)) if (!name.endsWith('.log')) rmSync(join(directory, name));
    recoverLog(system, { directory, settings: settingsOf(expected), recoveryPoint: 0 });
    const files = await compare(open(directory, expected), expected);
    const derived = ['.log', '.index', '.timeindex', '.txnindex'];
    expect(only(files, derived)).toEqual(only(expected.filesAfterFullRecovery, derived));
  });
});
