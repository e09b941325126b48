/**
 * What Kafka says of one partition that our engine wrote: its tool reads the files, its log class opens them with our indexes and
 * with its own, appends to them, and we read what it left.
 */
import { join } from 'node:path';
import { filesOf, forgetCleanStop, selectFiles } from './directories.mjs';
import { dumpGate } from './dump-gate.mjs';
import { report, retain } from './engine.mjs';
import { firstDifference } from './log-report.mjs';
import { holds, same } from './tally.mjs';

export const LOG = ['.log'];
export const DERIVED = ['.log', '.index', '.timeindex', '.txnindex'];
/** Removed segments go at once, so that no .deleted file is left to be looked at. */
export const AT_ONCE = { 'file.delete.delay.ms': 0 };

/** Every timestamp a look-up could stumble over: before all, after all, and `count` somewhere in between. */
export function timestampsFor(batches, random, count = 60) {
  const first = 1_760_000_000_000 - 120_000;
  const spread = 240_000 + batches.length * 500;
  const somewhere = Array.from({ length: count }, () => first + random.below(spread));
  return [0, first, Date.now() + 3_600_000, ...somewhere];
}

/** A: DumpLogSegments has nothing to object to, and saw all there is. */
export async function toolAgrees(judge, directory, ours) {
  const gate = await dumpGate(judge, directory);
  holds(gate.complaints.length === 0, `DumpLogSegments objects:\n${gate.complaints.join('\n')}`);
  const records = ours.batches.reduce((sum, batch) => sum + batch[2], 0);
  // The first segment of a trimmed log has batches that no reader sees.
  if (ours.logStartOffset === 0)
    same('batches and records', [ours.batches.length, records], [gate.batches, gate.records]);
  holds(
    gate.batches >= ours.batches.length && gate.records >= records,
    `only ${gate.records} of ${records} records dumped`,
  );
  const files = filesOf(directory, ['.index']);
  const entries = Object.values(files).reduce((sum, file) => sum + file.size / 8, 0);
  same('offset index entries', entries, gate.offsetEntries);
  if (Object.keys(files).length > 2) holds(entries > 0, 'several segments and not one index entry: nothing was judged');
}

/** B: opened by Kafka, the log holds what we read, and the files are what Kafka itself makes of the same batches. */
export async function kafkaReadsTheSame(judge, workshop, directory, { config, ours, clean }) {
  const name = directory.split('/').at(-1);
  const copy = workshop.copy(directory, name);
  const timestamps = ours.lookups.map(([timestamp]) => timestamp);
  const { logStartOffset } = ours;
  const listed = ours.listed.map(([asked]) => asked);
  const question = { clean, config: { ...config, ...AT_ONCE }, timestamps, listed, logStartOffset };
  const theirs = await judge.open(copy, question);
  same('log start offset', ours.logStartOffset, theirs.logStartOffset);
  same('log end offset', ours.logEndOffset, theirs.logEndOffset);
  const difference = firstDifference(ours.batches, theirs.batches);
  holds(difference === null, difference);
  same('look-ups by timestamp', ours.lookups, theirs.lookups);
  same('list offsets', ours.listed, theirs.listed);
  // Not clean: Kafka rebuilt every index by its own algorithm. Clean: it added nothing at its close.
  same('files', filesOf(directory, DERIVED), selectFiles(theirs.files, DERIVED));
  workshop.drop(copy);
}

/** E: Kafka appends to our log with every codec and stops; we open it again, with and without recovery, and read all. */
export async function weReadWhatKafkaAppends(judge, workshop, store, { topic, partition, config, ours, clean }) {
  const copy = workshop.copy(store, 'store');
  if (!clean) forgetCleanStop(copy);
  const directory = join(copy, `${topic}-${partition}`);
  const { logStartOffset } = ours;
  const theirs = await judge.open(directory, {
    clean: true,
    config: { ...config, ...AT_ONCE },
    append: 30,
    logStartOffset,
  });
  holds(theirs.logEndOffset === ours.logEndOffset + 5 * 30, `Kafka appended up to ${theirs.logEndOffset}`);
  const again = await report(copy, topic, partition);
  same('log end offset', again.logEndOffset, theirs.logEndOffset);
  const difference = firstDifference(again.batches, theirs.batches);
  holds(difference === null, difference);
  same('.log files', filesOf(directory, LOG), selectFiles(theirs.files, LOG));
  workshop.drop(copy);
}

/** F: by the same settings and at the same time we remove the segments that Kafka removes, and Kafka opens what we left. */
export async function retentionIsTheSame(judge, workshop, store, { topic, partition, config, ours }) {
  const name = `${topic}-${partition}`;
  const sizes = Object.values(filesOf(join(store, name), LOG)).map((file) => file.size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const newest = ours.lookups.reduce((latest, [, , timestamp]) => Math.max(latest, timestamp ?? 0), 0);
  const now = newest + 1_000_000;
  const settings = [
    ...[total, Math.floor(total / 2), total - sizes[0], 1, 0].map((bytes) => ({ 'retention.bytes': bytes })),
    ...[1_120_000, 1_020_000, 1_003_000, 1000].map((age) => ({ 'retention.ms': age })),
    { 'retention.bytes': Math.floor(total / 3), 'retention.ms': 1_010_000 },
  ];
  for (const retention of settings) {
    const about = JSON.stringify(retention);
    const [ourCopy, theirCopy] = [workshop.copy(store, 'store'), workshop.copy(join(store, name), name)];
    const question = { clean: true, config: { ...config, ...AT_ONCE, ...retention } };
    const theirs = await judge.open(theirCopy, { ...question, logStartOffset: ours.logStartOffset, now });
    const { segments, ...left } = await retain(ourCopy, { topic, partition, config: retention, now });
    same(`log start offset, ${about}`, left.logStartOffset, theirs.logStartOffset);
    same(`segments, ${about}`, segments, theirs.segments.length);
    const again = await judge.open(join(ourCopy, name), { ...question, logStartOffset: left.logStartOffset });
    const { logStartOffset, logEndOffset } = again;
    same(`Kafka opens what is left, ${about}`, left, { logStartOffset, logEndOffset });
    same(`its segments, ${about}`, again.segments, theirs.segments);
    workshop.drop(ourCopy);
    workshop.drop(theirCopy);
  }
}
