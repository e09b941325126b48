/**
 * A read is a view, so it takes the same time for 4 KiB and for 1 MiB: random batches of a log in which both sizes take turns, and random
 * runs of many small batches. Beside them, copying the same bytes out of the file.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'millrace';
import { KIB, makeRecords, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { randomNumbers } from './harness/random-numbers.mjs';
import { timeShortTasks } from './harness/rounds.mjs';

/**
 * The large one leaves room for the fields of batch and record below Kafka's bound on a batch. The small one is, with them, larger than the distance
 * of two index entries, as the large one is: so each batch has an entry, and both are found in as many steps.
 */
const VALUE_SIZES = { small: 4 * KIB, large: 1 * MIB - 80 };
/** Small batches that are about as large together as a large one. */
const RUN_BATCHES = 250;

export async function measure(context) {
  const batches = context.pick(256, 8);
  const store = await openStore(join(context.directory, 'store'));
  await store.createTopic('views');
  const log = store.partition('views', 0);
  const small = makeRecords(1, VALUE_SIZES.small);
  const large = makeRecords(1, VALUE_SIZES.large);
  const sizes = { small: appendSize(log, small), large: appendSize(log, large) };
  for (let i = 1; i < batches; i++) {
    log.append(small);
    log.append(large);
  }
  await store.createTopic('runs');
  const runs = store.partition('runs', 0);
  for (let i = 0; i < 2 * RUN_BATCHES; i++) runs.append(small);

  const fd = fs.openSync(join(log.directory, `${'0'.repeat(20)}.log`));
  const pair = sizes.small + sizes.large;
  const figures = await timeShortTasks(
    context,
    {
      small: viewTask(log, { batches, parity: 0, batchSize: sizes.small }),
      large: viewTask(log, { batches, parity: 1, batchSize: sizes.large }),
      run: runTask(runs, sizes.small),
      smallCopy: copyTask(fd, { batches, pair, start: 0, batchSize: sizes.small }),
      largeCopy: copyTask(fd, { batches, pair, start: sizes.small, batchSize: sizes.large }),
    },
    { operations: 100, timeMs: context.pick(150, 5) },
  );
  fs.closeSync(fd);
  await store.close();

  const row = (what, of, baseline, mark) => finding({ what, unit: 'ns', figures: figures[of], baseline, mark });
  return {
    sizes: `${batches} batches of each size in a log, chosen at random`,
    findings: [
      row('view of 1 MiB', 'large', { what: 'view of 4 KiB', figures: figures.small }, { of: 'ratio', atMost: 1.25 }),
      row(`view of 1 MiB in ${RUN_BATCHES} batches`, 'run', { what: 'view of 4 KiB', figures: figures.small }),
      row('view of 4 KiB', 'small', { what: 'fs.readSync of 4 KiB', figures: figures.smallCopy }),
      row('view of 1 MiB', 'large', { what: 'fs.readSync of 1 MiB', figures: figures.largeCopy }),
    ],
  };
}

/** Appends a batch; returns its size. */
function appendSize(log, records) {
  const before = log.size;
  log.append(records);
  return log.size - before;
}

/** Batches are one record long: those of one size are at the even offsets, those of the other at the odd ones. */
function viewTask(log, { batches, parity, batchSize }) {
  const next = randomNumbers(batches);
  return () => {
    const { bytes } = log.read(2 * next() + parity, { maxBytes: batchSize });
    if (bytes.length !== batchSize) throw new Error(`a view of ${bytes.length} bytes, expected ${batchSize}`);
  };
}

function runTask(log, batchSize) {
  const next = randomNumbers(RUN_BATCHES);
  return () => {
    const { bytes } = log.read(next(), { maxBytes: RUN_BATCHES * batchSize });
    if (bytes.length !== RUN_BATCHES * batchSize) throw new Error(`a run of ${bytes.length} bytes`);
  };
}

function copyTask(fd, { batches, pair, start, batchSize }) {
  const next = randomNumbers(batches);
  const target = Buffer.alloc(batchSize, 1);
  return () => {
    const count = fs.readSync(fd, target, 0, batchSize, next() * pair + start);
    if (count !== batchSize) throw new Error(`read ${count} bytes, expected ${batchSize}`);
  };
}
