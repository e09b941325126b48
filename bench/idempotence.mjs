/**
 * What it costs an append to be known when it comes again: in a producer's name, with a sequence, against the same append without one.
 *
 * Both go in turns of some hundred microseconds, each to a log of its own, so that what the machine does meanwhile strikes both alike.
 */
import { join } from 'node:path';
import { openStore } from 'millrace';
import { KIB, makeRecords } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { median } from './harness/rounds.mjs';

const VALUE_SIZE = 100;
const BATCH_BYTES = 16 * KIB;
/** Body of a record without key and headers, beside its value. */
const RECORD_OVERHEAD = 9;
const SEQUENCES = 2 ** 31;

export async function measure(context) {
  const perBatch = Math.floor(BATCH_BYTES / (VALUE_SIZE + RECORD_OVERHEAD));
  const store = await openStore(join(context.directory, 'store'));
  await store.createTopic('appended', { partitions: 2 });
  const batches = await inTurns(context, store, { records: makeRecords(perBatch, VALUE_SIZE), appends: 10 });
  const singles = await inTurns(context, store, { records: makeRecords(1, VALUE_SIZE), appends: 200 });
  await store.close();
  return {
    sizes: `values of ${VALUE_SIZE} B; batches of ${perBatch} records; ${turnsOf(context)} turns a round`,
    findings: [
      found('append of a batch of 16 KiB in a producer’s name', batches, { of: 'ratio', atMost: 1.05 }),
      found('append of one record in a producer’s name', singles, null),
    ],
  };
}

function found(what, figures, mark) {
  const baseline = { what: 'the same without a producer', figures: figures.plain };
  return finding({ what, unit: 'ns', figures: figures.named, baseline, mark });
}

function turnsOf(context) {
  return context.pick(500, 4);
}

/** Nanoseconds an append, by round: the median of its turns. */
async function inTurns(context, store, { records, appends }) {
  const [plainLog, namedLog] = [0, 1].map((partition) => store.partition('appended', partition));
  const producerId = store.producerIds.next();
  let baseSequence = 0;
  const plain = () => plainLog.append(records);
  const named = () => {
    namedLog.append(records, { producer: { producerId, producerEpoch: 0, baseSequence } });
    baseSequence = (baseSequence + records.length) % SEQUENCES;
  };
  const figures = { plain: [], named: [] };
  for (let round = -1; round < context.rounds; round++) {
    const times = { plain: [], named: [] };
    for (let turn = 0; turn < turnsOf(context); turn++) {
      const [first, second] = turn % 2 === 0 ? ['plain', 'named'] : ['named', 'plain'];
      for (const which of [first, second]) times[which].push(timed(which === 'plain' ? plain : named, appends));
    }
    for (const log of [plainLog, namedLog]) {
      log.roll();
      log.deleteRecords(log.endOffset);
    }
    await store.checkpoint();
    if (round < 0) continue;
    for (const which of ['plain', 'named']) figures[which].push(median(times[which]));
    context.progress(round + 1, context.rounds);
  }
  return figures;
}

function timed(append, count) {
  const began = process.hrtime.bigint();
  for (let i = 0; i < count; i++) append();
  return Number(process.hrtime.bigint() - began) / count;
}
