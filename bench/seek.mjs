/**
 * Finding an offset or a timestamp takes the same time in a log of one segment and in one of a thousand: two logs with the same records,
 * random targets, all in memory. Each found record is looked at.
 */
import { join } from 'node:path';
import { openStore } from 'millrace';
import { KIB, makeRecords } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { randomNumbers } from './harness/random-numbers.mjs';
import { timeShortTasks } from './harness/rounds.mjs';

const SEGMENT_BYTES = 64 * KIB;
const VALUE_SIZE = 400;
const PER_BATCH = 9;
/** A record's timestamp is this and its offset. */
const FIRST_TIMESTAMP = 1_700_000_000_000;

export async function measure(context) {
  const segments = context.pick(1000, 20);
  const store = await openStore(join(context.directory, 'store'));
  await store.createTopic('one');
  await store.createTopic('many', { config: { 'segment.bytes': SEGMENT_BYTES } });
  const one = store.partition('one', 0);
  const many = store.partition('many', 0);
  const values = makeRecords(PER_BATCH, VALUE_SIZE);
  while (many.segmentCount < segments) {
    const records = values.map(({ value }, i) => ({ value, timestamp: FIRST_TIMESTAMP + many.endOffset + i }));
    many.append(records);
    one.append(records);
  }
  const found = [one.segmentCount, many.segmentCount];
  if (found[0] !== 1 || found[1] !== segments)
    throw new Error(`logs of ${found.join(' and ')} segments, expected 1 and ${segments}`);
  touchAll(one);
  touchAll(many);

  const figures = await timeShortTasks(
    context,
    { oneOffset: seekOffset(one), manyOffset: seekOffset(many), oneTime: seekTime(one), manyTime: seekTime(many) },
    { operations: 100, timeMs: context.pick(200, 5) },
  );
  const { endOffset } = many;
  await store.close();

  const row = (what, of, against) =>
    finding({
      what,
      unit: 'ns',
      figures: figures[of],
      baseline: { what: 'the same in 1 segment', figures: figures[against] },
      mark: { of: 'ratio', atMost: 1.5 },
    });
  return {
    sizes: `${endOffset} records in 1 segment, and in ${segments} of ${SEGMENT_BYTES / KIB} KiB; batches of ${PER_BATCH} records`,
    findings: [
      row(`to an offset, ${segments} segments`, 'manyOffset', 'oneOffset'),
      row(`to a timestamp, ${segments} segments`, 'manyTime', 'oneTime'),
    ],
  };
}

/** Brings every index and every window in. */
function touchAll(log) {
  for (let offset = 0; offset < log.endOffset; offset += PER_BATCH) {
    log.read(offset, { maxBytes: 1 });
    log.offsetForTimestamp(FIRST_TIMESTAMP + offset);
  }
}

function seekOffset(log) {
  const next = randomNumbers(log.endOffset);
  return () => {
    const offset = next();
    for (const batch of log.read(offset, { maxBytes: 1 })) {
      const cursor = batch.cursor();
      cursor.next();
      if (cursor.offset !== offset) throw new Error(`found offset ${cursor.offset}, sought ${offset}`);
      return;
    }
    throw new Error(`found nothing at offset ${offset}`);
  };
}

function seekTime(log) {
  const next = randomNumbers(log.endOffset);
  return () => {
    const offset = next();
    const found = log.offsetForTimestamp(FIRST_TIMESTAMP + offset);
    if (found.offset !== offset) throw new Error(`found offset ${found.offset} by time, sought ${offset}`);
  };
}
