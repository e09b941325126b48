#!/usr/bin/env node
/**
 * Exactly once: a program reads payments, writes a receipt for each, and is killed again and again in the middle of its work.
 *
 * The receipts and the offsets up to which payments were read are one transaction: both count, or neither. So the program that comes back goes on where
 * the last committed receipt was written, and a reader of committed records finds one receipt for each payment, whatever happened in between.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'millrace';

const GROUP = 'receipt-writers';
const PAYMENTS = 200;
const PARTITIONS = 2;
/** One program of its kind needs few partitions for the state of its transactions and offsets; the default is 50 each, as in Kafka. */
const OPTIONS = { transactionStatePartitions: 1, offsetsPartitions: 1 };

/** Takes payments in; who pays decides the partition. */
async function fill(directory) {
  const store = await openStore(directory, OPTIONS);
  await store.createTopic('payments', { partitions: PARTITIONS });
  await store.createTopic('receipts', { partitions: PARTITIONS });
  const producer = store.producer();
  const payments = Array.from({ length: PAYMENTS }, (_, id) => ({ key: `c-${id % 7}`, value: `${id}` }));
  // Many small batches, so that there are some to be killed between.
  for (let i = 0; i < PAYMENTS; i += 20) await producer.send('payments', payments.slice(i, i + 20));
  await store.close();
}

/**
 * Writes receipts until there is one for each payment. With `dieAt` the process kills itself in the transaction of that number: in an odd one
 * before the commit, in an even one right after it.
 */
async function work(directory, dieAt) {
  const store = await openStore(directory, OPTIONS);
  // Takes the place of the one that was killed, and aborts what it left open.
  const producer = store.producer({ transactionalId: 'receipt-writer' });
  await producer.init();
  const committed = await store.committedOffsets(GROUP);
  const consumer = store.consumer({ autoOffsetReset: 'earliest', maxBytes: 1 });
  consumer.assign(['payments', ...committed]);
  console.log(
    `  goes on at ${consumer
      .assignment()
      .map((place) => consumer.position(place))
      .join(' and ')}`,
  );
  let transactions = 0;
  for await (const batch of consumer) {
    transactions++;
    await producer.transaction(async (tx) => {
      for (const { key, value } of batch) void tx.send('receipts', { key, value: `paid ${String(value)}` });
      await tx.sendOffsets(GROUP, [{ topic: batch.topic, partition: batch.partition, offset: batch.nextOffset }]);
      if (transactions === dieAt && dieAt % 2 === 1) process.kill(process.pid, 'SIGKILL');
    });
    if (transactions === dieAt) process.kill(process.pid, 'SIGKILL');
    if (consumer.assignment().every((place) => isAtEnd(consumer, place, batch))) break;
  }
  await store.close();
}

/** The position moves when the next batch is asked for. */
function isAtEnd(consumer, place, batch) {
  const isOfBatch = place.topic === batch.topic && place.partition === batch.partition;
  const [{ offset }] = consumer.endOffsets([place]);
  return (isOfBatch ? batch.nextOffset : consumer.position(place)) >= offset;
}

/** How often each payment has a receipt, for a reader that sees everything and for one that sees what is committed. */
async function count(directory, isolation) {
  const store = await openStore(directory, OPTIONS);
  const receipts = new Map();
  const consumer = store.consumer({ autoOffsetReset: 'earliest', isolation });
  consumer.assign(['receipts']);
  const left = new Set(
    consumer
      .endOffsets()
      .filter(({ offset }) => offset > 0)
      .map(({ partition }) => partition),
  );
  for await (const batch of consumer) {
    for (const { value } of batch) receipts.set(String(value), (receipts.get(String(value)) ?? 0) + 1);
    // The last offset is that of a marker, which is no record of anybody's.
    const [{ offset }] = consumer.endOffsets([batch]);
    if (batch.nextOffset >= offset - 1) left.delete(batch.partition);
    if (left.size === 0) break;
  }
  await store.close();
  return receipts;
}

/** Runs this file as a process of its own, and waits for its end. */
async function run(directory, dieAt) {
  const script = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [script, 'work', directory, `${dieAt}`], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });
}

async function main() {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-exactly-once-'));
  try {
    await fill(directory);
    console.log(`${PAYMENTS} payments; a process that writes receipts for them:`);
    for (const dieAt of [1, 2, 3, 4, 3])
      console.log(`  killed in transaction ${dieAt}: ${await run(directory, dieAt)}`);
    console.log(`  not killed: ended with ${await run(directory, 0)}`);
    const seen = await count(directory, 'read_uncommitted');
    const committed = await count(directory, 'read_committed');
    const twice = [...seen.values()].filter((times) => times > 1).length;
    console.log(`written more than once: ${twice > 0 ? 'some' : 'none'}, since aborted records stay in the log`);
    const once = [...committed.values()].filter((times) => times === 1).length;
    console.log(`committed: ${once} of ${PAYMENTS} exactly once, ${committed.size - once} more often`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const [mode, directory, dieAt] = process.argv.slice(2);
await (mode === 'work' ? work(directory, Number(dieAt)) : main());
