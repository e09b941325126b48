#!/usr/bin/env node
/**
 * One process appends, this one follows: `node examples/tail-from-a-second-process.js [records]`, or `… | head`.
 *
 * The reader opens the same directory with `readOnly`: it takes no lock, writes nothing, and needs no word from the writer. It waits at the end of
 * the log for what comes, prints each record with the time since its append, and goes on over rolls of the log. In the middle the writer is killed and
 * another one goes on; at the end the topic is deleted, which ends the wait.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMillraceError, openStore } from 'millrace';

const TOPIC = 'orders';

/** What runs in the other process: appends an order now and then, and deletes the topic when it is told to. */
async function write(directory) {
  const store = await openStore(directory);
  if (store.topics().length === 0) await store.createTopic(TOPIC, { config: { 'segment.bytes': 4096 } });
  const orders = store.partition(TOPIC, 0);
  const end = new AbortController();
  process.once('message', () => end.abort());
  process.once('disconnect', () => process.exit());
  process.send('ready');
  while (!end.signal.aborted) {
    // The clock of the machine that counts nanoseconds: both processes have the same one.
    const order = { item: 'one pot', appendedAt: String(process.hrtime.bigint()) };
    orders.append([{ key: `c-${orders.endOffset % 5}`, value: JSON.stringify(order) }]);
    await setTimeout(10 + 40 * Math.random());
  }
  await store.deleteTopic(TOPIC);
  await store.close();
  process.exit();
}

async function startWriter(directory) {
  const child = fork(fileURLToPath(import.meta.url), ['write', directory]);
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (said !== 'ready') throw new Error(`the writer ended with ${said}`);
  return child;
}

/** Follows the log for ever: its end is an error, such as that the topic was deleted. */
async function* follow(log) {
  let next = log.startOffset;
  for (;;) {
    await log.waitFor(next);
    const batches = log.read(next);
    for (const batch of batches) yield* batch;
    next = batches.nextOffset;
  }
}

async function main(count) {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-tail-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130));
  process.stdout.once('error', () => process.exit(1));

  let writer = await startWriter(directory);
  const store = await openStore(directory, { readOnly: true });
  const orders = store.partition(TOPIC, 0);
  try {
    for await (const { offset, key, value } of follow(orders)) {
      const { item, appendedAt } = JSON.parse(value);
      const elapsed = Number(process.hrtime.bigint() - BigInt(appendedAt)) / 1e6;
      console.log(`${String(offset).padStart(6)}  ${key}: ${item}, appended ${elapsed.toFixed(1)} ms ago`);
      if (offset === Math.floor(count / 2)) {
        writer.kill('SIGKILL');
        await once(writer, 'exit');
        writer = await startWriter(directory);
        console.log('        the writer was killed, and another one goes on');
      }
      if (offset === count - 1) writer.send('delete');
    }
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_CLOSED')) throw error;
    console.log(`        ${error.message.replace(directory, '…')}`);
  }
  await store.close();
}

const [first = '20', directory] = process.argv.slice(2);
if (first === 'write') await write(directory);
else if (/^[1-9]\d{0,6}$/.test(first)) await main(Number(first));
else {
  console.error(`How many records? A whole number from 1 on, not ${JSON.stringify(first)}.`);
  process.exitCode = 2;
}
