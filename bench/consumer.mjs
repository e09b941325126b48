/**
 * What a consumer costs: the same log read in a loop over it and through a consumer, records of 100 B; and how long it takes from an append
 * in the same process until a handler has the record, against waking who awaits a promise.
 */
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { openStore } from 'millrace';
import { fill, KIB, makeRecords, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { sumOfLog } from './harness/reading-pass.mjs';
import { inRounds, median, quantile } from './harness/rounds.mjs';

const VALUE_SIZE = 100;
const PER_BATCH = 150;

export async function measure(context) {
  const bytes = context.pick(256 * MIB, 2 * MIB);
  const wakeUps = context.pick(1_000, 20);
  const store = await openStore(join(context.directory, 'store'));
  await store.createTopic('read');
  await store.createTopic('woken');
  const log = store.partition('read', 0);
  const count = fill(log, makeRecords(PER_BATCH, VALUE_SIZE), bytes);

  const sum = (count * (count - 1)) / 2 + count * VALUE_SIZE;
  const timed = (pass) => async () => {
    const began = performance.now();
    const found = await pass(store, log);
    const elapsed = performance.now() - began;
    if (found !== sum) throw new Error(`${pass.name} came to ${found}, expected ${sum}`);
    return (count * 1000) / elapsed;
  };
  const tails = { woken: [], emitted: [] };
  const waking = (name, wake) => async () => {
    const times = await wake(store, wakeUps);
    tails[name].push(quantile(times, 0.99));
    return median(times);
  };
  const figures = await inRounds(context, {
    plain: timed(readPlainly),
    plainCursor: timed(readPlainlyByCursor),
    loop: timed(readInLoop),
    cursor: timed(readByCursor),
    each: timed(readByHandler),
    stream: timed(readStream),
    woken: waking('woken', wakeHandler),
    emitted: waking('emitted', wakeListener),
  });
  await store.close();
  // The first round does not count here either.
  const tail = (name) => tails[name].slice(-context.rounds);

  const plain = { what: 'a loop over log.read, for…of', figures: figures.plain };
  const row = (what, of, baseline) => finding({ what, unit: 'records/s', figures: figures[of], baseline });
  return {
    sizes: `${VALUE_SIZE} B values, batches of about ${Math.round(((log.size / count) * PER_BATCH) / KIB)} KiB; ${Math.round(log.size / MIB)} MiB, ${wakeUps} wake-ups a round`,
    findings: [
      row('for await…of, records', 'loop', plain),
      row('for await…of, by cursor', 'cursor', {
        what: 'a loop over log.read, by cursor',
        figures: figures.plainCursor,
      }),
      row('each(handler)', 'each', plain),
      row('readable()', 'stream', plain),
      latency('append to handler, median', figures.woken, figures.emitted),
      latency('append to handler, p99', tail('woken'), tail('emitted'), { of: 'value', atMost: 1_000 }),
    ],
  };
}

function latency(what, ours, theirs, mark = null) {
  return finding({ what, unit: 'us', figures: ours, baseline: { what: 'an event, awaited', figures: theirs }, mark });
}

async function readPlainly(_store, log) {
  return sumOfLog(log);
}

async function readPlainlyByCursor(_store, log) {
  let sum = 0;
  for (let offset = 0; offset < log.endOffset;) {
    for (const batch of log.read(offset)) {
      sum += sumByCursor(batch.cursor());
      offset = batch.nextOffset;
    }
  }
  return sum;
}

function sumByCursor(cursor) {
  let sum = 0;
  while (cursor.next()) sum += cursor.offset + cursor.valueSize;
  return sum;
}

const consumers = new Map();

/** A consumer that stays, at the beginning of the topic: programs do not make one for each pass either. */
function consumerOf(store, topic) {
  let consumer = consumers.get(topic);
  if (consumer === undefined) {
    consumer = store.consumer();
    consumer.assign([topic]);
    consumers.set(topic, consumer);
  }
  consumer.seek({ topic, partition: 0 }, 'beginning');
  return consumer;
}

async function readInLoop(store) {
  let sum = 0;
  for await (const batch of consumerOf(store, 'read')) {
    sum += sumOfRecords(batch);
    if (batch.lag === 0) break;
  }
  return sum;
}

function sumOfRecords(batch) {
  let sum = 0;
  for (const record of batch) sum += record.offset + record.valueSize;
  return sum;
}

async function readByCursor(store) {
  let sum = 0;
  for await (const batch of consumerOf(store, 'read')) {
    for (const each of batch.recordBatches()) sum += sumByCursor(each.cursor());
    if (batch.lag === 0) break;
  }
  return sum;
}

let handled = 0;

function handle(record) {
  handled += record.offset + record.valueSize;
}

async function readByHandler(store) {
  handled = 0;
  await consumerOf(store, 'read').each(handle, { untilEnd: true });
  return handled;
}

async function readStream(store) {
  let sum = 0;
  for await (const record of consumerOf(store, 'read').readable({ untilEnd: true })) {
    sum += record.offset + record.valueSize;
  }
  return sum;
}

/** Appends one record after another, each in a turn of the event loop of its own, and times until the handler has it: microseconds. */
async function wakeHandler(store, count) {
  const log = store.partition('woken', 0);
  const consumer = store.consumer();
  consumer.assign(['woken']);
  const times = [];
  let appended;
  let arrived;
  const handling = consumer.each(() => {
    times.push((performance.now() - appended) * 1_000);
    arrived();
  });
  for (let i = 0; i < count; i++) {
    const arrival = new Promise((resolve) => (arrived = resolve));
    await new Promise(setImmediate);
    appended = performance.now();
    log.append([{ value: 'a record' }]);
    await arrival;
  }
  await consumer.close();
  await handling;
  return times;
}

async function wakeListener(_store, count) {
  const emitter = new EventEmitter();
  const times = [];
  let emitted;
  for (let i = 0; i < count; i++) {
    const arrival = once(emitter, 'record').then(() => times.push((performance.now() - emitted) * 1_000));
    await new Promise(setImmediate);
    emitted = performance.now();
    emitter.emit('record');
    await arrival;
  }
  return times;
}
