/**
 * A read is a view, so it takes the same time for 4 KiB and for 1 MiB: random batches of two logs, one of batches of 4 KiB and one of 1 MiB, as
 * many in each. Beside them, copying the same bytes out of the file.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'millrace';
import { KIB, makeRecords, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { randomNumbers } from './harness/random-numbers.mjs';
import { timeShortTasks } from './harness/rounds.mjs';

/** Room for the batch's and the record's own fields below Kafka's bound on a batch. */
const VALUE_SIZES = { small: 4 * KIB - 80, large: 1 * MIB - 80 };

export async function measure(context) {
  const batches = context.pick(256, 8);
  const store = await openStore(join(context.directory, 'store'));
  const tasks = {};
  const files = [];
  for (const [name, valueSize] of Object.entries(VALUE_SIZES)) {
    await store.createTopic(name);
    const log = store.partition(name, 0);
    const records = makeRecords(1, valueSize);
    for (let i = 0; i < batches; i++) log.append(records);
    const batchSize = log.size / batches;
    const fd = fs.openSync(join(log.directory, `${'0'.repeat(20)}.log`));
    files.push(fd);
    tasks[name] = viewTask(log, batches, batchSize);
    tasks[`${name}Copy`] = copyTask(fd, batches, batchSize);
  }
  const figures = await timeShortTasks(context, tasks, { operations: 100, timeMs: context.pick(150, 5) });
  for (const fd of files) fs.closeSync(fd);
  await store.close();

  const row = (what, of, baseline, mark) => finding({ what, unit: 'ns', figures: figures[of], baseline, mark });
  return {
    sizes: `${batches} batches in each log, chosen at random`,
    findings: [
      row('view of 1 MiB', 'large', { what: 'view of 4 KiB', figures: figures.small }, { of: 'ratio', atMost: 1.25 }),
      row('view of 4 KiB', 'small', { what: 'fs.readSync of 4 KiB', figures: figures.smallCopy }),
      row('view of 1 MiB', 'large', { what: 'fs.readSync of 1 MiB', figures: figures.largeCopy }),
    ],
  };
}

function viewTask(log, batches, batchSize) {
  const next = randomNumbers(batches);
  return () => {
    const { bytes } = log.read(next(), { maxBytes: batchSize });
    if (bytes.length !== batchSize) throw new Error(`a view of ${bytes.length} bytes, expected ${batchSize}`);
  };
}

function copyTask(fd, batches, batchSize) {
  const next = randomNumbers(batches);
  const target = Buffer.alloc(batchSize, 1);
  return () => {
    const count = fs.readSync(fd, target, 0, batchSize, next() * batchSize);
    if (count !== batchSize) throw new Error(`read ${count} bytes, expected ${batchSize}`);
  };
}
