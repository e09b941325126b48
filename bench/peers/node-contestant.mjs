/**
 * The process of a Node peer: `node --expose-gc node-contestant.mjs MODULE DIRECTORY ABOUT`, at the other end of contestant.mjs. Each round
 * has a new log in a new directory; a sixteenth of it is appended before the clock starts.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeRecords } from '../harness/data.mjs';

const VALUE_SIZE = 100;
const WARM_PART = 1 / 16;

const [module, directory, about] = process.argv.slice(2);
const say = (word, text) => process.stdout.write(`${word} ${String(text).split('\n', 1)[0]}\n`);

async function round(open, { records, recordsMax, msMax }) {
  const path = join(directory, 'round');
  mkdirSync(path);
  const appended = makeRecords(records, VALUE_SIZE);
  const peer = await open({ directory: path, records: appended });
  // What the round before left on the heap is not this one's to collect.
  globalThis.gc?.();
  const warm = await appendUntil(peer, { records, recordsMax: recordsMax * WARM_PART, msMax: msMax * WARM_PART });
  const began = performance.now();
  const timed = await appendUntil(peer, { records, recordsMax, msMax });
  const elapsed = performance.now() - began;

  const last = await peer.read(warm + timed - 1);
  if (last === undefined || Buffer.compare(last, appended.at(-1).value) !== 0)
    throw new Error('the last record is not there');
  await peer.close();
  rmSync(path, { recursive: true, force: true });
  return (timed * 1000) / elapsed;
}

/** Returns how many records it were. */
async function appendUntil(peer, { records, recordsMax, msMax }) {
  const end = performance.now() + msMax;
  let count = 0;
  while (count < recordsMax && performance.now() < end) {
    const pending = peer.append();
    if (pending !== undefined) await pending;
    count += records;
  }
  await peer.finish?.();
  return count;
}

try {
  const { open } = await import(module);
  say('ready', about);
  for await (const line of createInterface({ input: process.stdin })) {
    const [records, recordsMax, msMax] = line.split(' ').slice(1).map(Number);
    say('rate', await round(open, { records, recordsMax, msMax }));
  }
} catch (error) {
  console.error(error);
  say('failed', error.message);
  process.exitCode = 1;
  // A peer's own threads and timers keep nobody waiting.
  setTimeout(() => process.exit(), 1000).unref();
}
