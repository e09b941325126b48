/**
 * Readers in worker threads: each opens the store for itself and reads all of a log, for…of, 100-byte values. One worker, and one for each of
 * two cores, at the same time, beside the main thread alone. What two threads of this machine get from their cores says a loop that touches no
 * memory: where two processors are one core with two threads, no reader gets a whole one.
 */
/* oxlint-disable unicorn/require-post-message-target-origin -- a port of a thread has none */
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { openStore } from 'millrace';
import { fill, KIB, makeRecords, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { spin, sumOfLog } from './harness/reading-pass.mjs';
import { inRounds, median } from './harness/rounds.mjs';

const VALUE_SIZE = 100;
const PER_BATCH = 150;
const TOPIC = 'read';

export async function measure(context) {
  const bytes = context.pick(64 * MIB, 1 * MIB);
  const passes = context.pick(6, 1);
  const loops = context.pick(2e8, 1e5);
  const path = join(context.directory, 'store');
  const writer = await openStore(path);
  await writer.createTopic(TOPIC);
  const count = fill(writer.partition(TOPIC, 0), makeRecords(PER_BATCH, VALUE_SIZE), bytes);
  const expected = (count * (count - 1)) / 2 + count * VALUE_SIZE;

  const store = await openStore(path, { readOnly: true });
  const log = store.partition(TOPIC, 0);
  const workerData = { path, topic: TOPIC, expected, passes, loops };
  const workers = await Promise.all([startWorker(workerData), startWorker(workerData)]);
  const figures = await inRounds(context, {
    main: () => readHere(log, { passes, expected }),
    one: () => together(workers.slice(0, 1), 'read'),
    two: () => together(workers, 'read'),
    spinMain: () => spin(loops),
    spinTwo: () => together(workers, 'spin'),
  });
  await Promise.all(workers.map(endWorker));
  await store.close();
  await writer.close();

  const share = median(figures.spinTwo.map((rate, round) => rate / 2 / figures.spinMain[round]));
  const beside = {
    unit: 'records/s',
    baseline: { what: 'the main thread alone', figures: figures.main },
    mark: { of: 'ratio', atLeast: 0.9 },
  };
  const perCore = figures.two.map((rate) => rate / 2);
  return {
    sizes: `${VALUE_SIZE} B values, batches of about ${Math.round((PER_BATCH * bytes) / count / KIB)} KiB; ${passes} × ${bytes / MIB} MiB a reader and round`,
    findings: [
      finding({ what: '1 worker', figures: figures.one, ...beside }),
      finding({ what: '2 workers at once, each', figures: perCore, ...beside }),
    ],
    notes: [
      `2 workers at once read ${(median(figures.two) / 1e6).toFixed(1)} M records/s together; a loop without memory runs at ${(100 * share).toFixed(0)} % of its speed when two threads run it`,
    ],
  };
}

function readHere(log, { passes, expected }) {
  const began = performance.now();
  for (let pass = 0; pass < passes; pass++) {
    const sum = sumOfLog(log);
    if (sum !== expected) throw new Error(`the main thread came to ${sum}, expected ${expected}`);
  }
  return (passes * log.endOffset * 1000) / (performance.now() - began);
}

async function startWorker(workerData) {
  const file = fileURLToPath(new URL('harness/reading-worker.mjs', import.meta.url));
  const worker = new Worker(file, { workerData });
  await once(worker, 'message');
  return worker;
}

/** The sum of what workers reach that work at the same time. */
async function together(workers, task) {
  const rates = await Promise.all(
    workers.map(async (worker) => {
      worker.postMessage(task);
      const [rate] = await once(worker, 'message');
      return rate;
    }),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}

async function endWorker(worker) {
  worker.postMessage('end');
  await once(worker, 'exit');
}
