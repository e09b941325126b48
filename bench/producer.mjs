/**
 * The producer, records with values of 100 B, not flushed: one `send` a record, sends of arrays, with keys and without, beside appends to the
 * log itself. A round sends, then waits for all acknowledgements; that is part of its time.
 */
import { join } from 'node:path';
import { openStore } from 'millrace';
import { KIB, makeRecords } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const VALUE_SIZE = 100;
/** About a batch of 16 KiB. */
const ARRAY = 150;
const PARTITIONS = 3;
/** A program that never lets the event loop turn is not what is measured. */
const SENDS_A_TURN = 1000;

export async function measure(context) {
  const count = context.pick(1_500_000, 15_000);
  const values = makeRecords(ARRAY, VALUE_SIZE);
  const keyed = values.map((record, i) => ({ ...record, key: `customer-${i}` }));
  const store = await openStore(join(context.directory, 'store'));

  const figures = await inRounds(context, {
    ones: () => produce(store, count, (producer, i) => producer.send('sent', values[i % ARRAY]), 1),
    keyed: () => produce(store, count, (producer, i) => producer.send('sent', keyed[i % ARRAY]), 1),
    arrays: () => produce(store, count, (producer) => producer.send('sent', values), ARRAY),
    appends: () => append(store, count, values, ARRAY),
    appendOnes: () => append(store, count, values, 1),
  });
  await store.close();

  const rate = (what, of, baseline, mark = null) =>
    finding({ what, unit: 'records/s', figures: figures[of], baseline, mark });
  const ones = { what: 'log.append of one record after another', figures: figures.appendOnes };
  const batches = { what: `log.append of ${ARRAY}`, figures: figures.appends };
  return {
    sizes: `${count} records a round, values of ${VALUE_SIZE} B, ${PARTITIONS} partitions; batches of ${16 * KIB} B, arrays of ${ARRAY}`,
    findings: [
      rate('send of one record', 'ones', ones),
      rate('send of one record with a key', 'keyed', ones),
      rate(`send of ${ARRAY}`, 'arrays', batches),
    ],
  };
}

async function produce(store, count, send, recordsASend) {
  await store.createTopic('sent', { partitions: PARTITIONS });
  const producer = store.producer();
  const began = performance.now();
  for (let i = 0, sent = 0; sent < count; i++, sent += recordsASend) {
    const sending = send(producer, i);
    if (i % SENDS_A_TURN !== SENDS_A_TURN - 1) continue;
    await Promise.all([producer.flush(), sending]);
  }
  await producer.close();
  const elapsed = performance.now() - began;
  const { acknowledgedRecords } = producer.statistics;
  if (acknowledgedRecords < count) throw new Error(`${acknowledgedRecords} of ${count} records were acknowledged`);
  await store.deleteTopic('sent');
  return (acknowledgedRecords * 1000) / elapsed;
}

async function append(store, count, records, recordsAnAppend) {
  await store.createTopic('appended');
  const log = store.partition('appended', 0);
  const arrays = recordsAnAppend === 1 ? records.map((record) => [record]) : [records];
  const began = performance.now();
  for (let i = 0, appended = 0; appended < count; i++, appended += recordsAnAppend)
    log.append(arrays[i % arrays.length]);
  const elapsed = performance.now() - began;
  const { endOffset } = log;
  await store.deleteTopic('appended');
  return (endOffset * 1000) / elapsed;
}
