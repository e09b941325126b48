#!/usr/bin/env node
/**
 * The quick start, `npm run quick-start`: half a GiB of real GitHub events through a partition log, in one process and with no server.
 *
 * It appends the events to a topic of four partitions, closes and opens the store, reads everything back by offset and by
 * timestamp, and compares each byte with what was sent. Then it shows what it costs to wait for the disk, and the files that it made.
 */
import { isMillraceError, openStore, partitionForKey } from 'millrace';
import { dataDirectory, readArguments, USAGE, UsageError } from './quick-start/command-line.js';
import { githubEvents } from './quick-start/events.js';
import { bold, count, listFiles, quantile, rate, say, size, time } from './quick-start/report.js';

const TOPIC = 'github-events';
const PARTITIONS = 4;
/** One event every ten milliseconds, up to now: so each record has a timestamp of its own to be found by. */
const INTERVAL_MS = 10;
const LOOKUPS = 1000;
/** How many writers wait at the same time, and how many appends they make together. */
const DURABLE_APPENDS = [
  { writers: 1, appends: 300 },
  { writers: 64, appends: 1920 },
];

async function main() {
  const options = readArguments(process.argv.slice(2));
  if (options.help) return console.log(USAGE);

  const events = githubEvents();
  const input = planInput(events, options.bytes);
  const directory = dataDirectory(options);
  // However this ends, a temporary directory does not stay.
  process.once('exit', directory.remove);
  process.once('SIGINT', () => process.exit(130));
  process.stdout.once('error', () => process.exit(1));

  console.log(bold('millrace: GitHub events through a partition log, in one process\n'));
  say(
    'input',
    `${count(events.length)} real events of ${size(input.bytesPerRound / events.length)} on average, ${input.rounds === 1 ? 'once' : `${count(input.rounds)} times`}: ${size(input.bytes)}`,
  );
  const split = input.partitions.map((own) => own.length);
  say(
    '',
    `keyed by repository, and so ${split.slice(0, -1).join(', ')} and ${split.at(-1)} of them to partitions 0 to 3`,
  );
  say('data', `${directory.path}${directory.isTemporary ? ' (removed at the end)' : ''}`);
  if (directory.isMemory) say('', 'which is in memory, so waiting for the disk costs nothing there; try --data');

  let store = await openEmpty(directory.path);
  append(store, input);
  // Everything is on stable storage when this is done; the next opening has nothing to recover.
  await store.close();

  const began = performance.now();
  store = await openStore(directory.path);
  say('open again', time(performance.now() - began));
  readAll(store, input);
  readByTimestamp(store, input);
  await appendDurably(store, events);
  await store.close();

  console.log(bold('\nThe files, which Kafka and its tools read as they are:'));
  listFiles(directory.path, `${TOPIC}-${smallest(input.partitions)}`);
  sayWhatNext(directory);
}

/**
 * Who goes where: the events of each partition, in order. A round appends all events once; there are as many rounds as `bytes` takes.
 * So partition p's record at offset o is event `o % n` of its n events, in round `o / n`: what a read must find is known without a copy.
 */
function planInput(events, bytes) {
  const bytesPerRound = events.reduce((sum, { value }) => sum + value.length, 0);
  const rounds = Math.ceil(bytes / bytesPerRound);
  const partitions = Array.from({ length: PARTITIONS }, () => []);
  events.forEach((event, position) => partitions[partitionForKey(event.key, PARTITIONS)].push({ ...event, position }));
  const firstTimestamp = Date.now() - rounds * events.length * INTERVAL_MS;
  const timestampOf = ({ position }, round) => firstTimestamp + (round * events.length + position) * INTERVAL_MS;
  const records = rounds * events.length;
  return { partitions, rounds, records, bytes: rounds * bytesPerRound, bytesPerRound, timestampOf };
}

/** Opens the store, and a topic with nothing in it: what an earlier run left goes. */
async function openEmpty(path) {
  const store = await openStore(path);
  for (const topic of [TOPIC, 'ledger']) {
    if (store.topics().some(({ name }) => name === topic)) await store.deleteTopic(topic);
  }
  await store.createTopic(TOPIC, { partitions: PARTITIONS, config: { 'segment.bytes': 64 * 1024 * 1024 } });
  await store.createTopic('ledger', { partitions: 1 });
  return store;
}

/** An append is synchronous: when it returns, the records have offsets and readers see them. No system call is needed for it. */
function append(store, input) {
  const began = performance.now();
  for (let round = 0; round < input.rounds; round++) {
    input.partitions.forEach((events, partition) => {
      const records = events.map((event) => ({
        key: event.key,
        value: event.value,
        timestamp: input.timestampOf(event, round),
      }));
      store.partition(TOPIC, partition).append(records);
    });
  }
  say('append', rate(input.records, input.bytes, performance.now() - began));
}

/** A read returns whole batches as views onto the mapped file: nothing is copied, whatever the size. */
function readAll(store, input) {
  const began = performance.now();
  let read = 0;
  input.partitions.forEach((_events, partition) => {
    const log = store.partition(TOPIC, partition);
    let offset = log.startOffset;
    while (offset < log.endOffset) {
      for (const batch of log.read(offset)) {
        for (const record of batch) {
          compare(input, partition, offset, record);
          offset = record.offset + 1;
          read++;
        }
      }
    }
  });
  if (read !== input.records) throw new Error(`read ${read} records, appended ${input.records}`);
  say('read', rate(read, input.bytes, performance.now() - began), 'each compared, byte for byte, with what was sent');
}

/** Where was the log at a given time? The time index knows, to the record. */
function readByTimestamp(store, input) {
  const times = [];
  for (let i = 0; i < LOOKUPS; i++) {
    const partition = i % PARTITIONS;
    const events = input.partitions[partition];
    if (events.length === 0) continue;
    const offset = Math.floor(Math.random() * events.length * input.rounds);
    const timestamp = input.timestampOf(events[offset % events.length], Math.floor(offset / events.length));

    const began = performance.now();
    const log = store.partition(TOPIC, partition);
    const found = log.offsetForTimestamp(timestamp);
    const [batch] = log.read(found.offset);
    const [record] = batch;
    times.push(performance.now() - began);
    compare(input, partition, offset, record);
  }
  times.sort((a, b) => a - b);
  say(
    'by time',
    `${count(times.length)} random timestamps, each led to its record: p50 ${time(quantile(times, 0.5))}, p99 ${time(quantile(times, 0.99))}`,
  );
}

function compare(input, partition, offset, record) {
  const events = input.partitions[partition];
  const event = events[offset % events.length];
  const isSame =
    record.offset === offset &&
    record.timestamp === input.timestampOf(event, Math.floor(offset / events.length)) &&
    event.key.equals(record.key) &&
    event.value.equals(record.value);
  if (!isSame) throw new Error(`partition ${partition}: the record at offset ${offset} is not what was sent`);
}

/**
 * `receipt.durable` settles when the records would survive a power failure. Waiting alone, each append pays for a flush of its own;
 * writers that wait at the same time share one.
 */
async function appendDurably(store, events) {
  const ledger = store.partition('ledger', 0);
  for (const { writers, appends } of DURABLE_APPENDS) {
    const waits = [];
    const began = performance.now();
    const write = async (writer) => {
      for (let i = writer; i < appends; i += writers) {
        const asked = performance.now();
        await ledger.append([events[i % events.length]]).durable;
        waits.push(performance.now() - asked);
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    const perSecond = count((waits.length * 1000) / (performance.now() - began));
    waits.sort((a, b) => a - b);
    say(
      writers === 1 ? 'durable' : '',
      `${writers === 1 ? 'one writer' : `${writers} writers`}, each waits for the disk: ${perSecond} appends/s, p50 ${time(quantile(waits, 0.5))}, p99 ${time(quantile(waits, 0.99))}`,
    );
  }
}

function smallest(partitions) {
  const lengths = partitions.map((events) => events.length);
  return lengths.indexOf(Math.min(...lengths));
}

function sayWhatNext(directory) {
  console.log(bold('\nWhat to try next:'));
  if (directory.isTemporary) console.log('  npm run quick-start -- --data data     keeps the files, to look at them');
  console.log('  examples/quick-start.js                how this was done, in two hundred lines');
  console.log('  npm run bench                each claim about speed, against a baseline on this machine');
}

try {
  await main();
} catch (error) {
  // A wrong argument, or a directory that cannot be used: one sentence says it. Anything else is worth its stack.
  const isPlain = error instanceof UsageError || isMillraceError(error);
  console.error(isPlain ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
