/**
 * How the quick start talks: one line a step, numbers that a person can read, and a table of the files that it made.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const isTerminal = process.stdout.isTTY && process.env.NO_COLOR === undefined;

export function bold(text) {
  return isTerminal ? `\u001b[1m${text}\u001b[22m` : text;
}

/** One step: a word, and what came of it; further lines are indented. */
export function say(word, ...lines) {
  console.log(bold(word.padEnd(12)) + lines.join(`\n${' '.repeat(12)}`));
}

export function count(number) {
  return Math.round(number).toLocaleString('en-US');
}

export function size(bytes) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  while (bytes >= 1024 && unit < units.length - 1) {
    bytes /= 1024;
    unit++;
  }
  return `${bytes >= 100 || unit === 0 ? Math.round(bytes) : bytes.toPrecision(3)} ${units[unit]}`;
}

/** A duration, as short as it is precise: `812 µs`, `3.4 ms`, `1.2 s`. */
export function time(ms) {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  return ms < 1000 ? `${ms.toPrecision(ms < 100 ? 2 : 3)} ms` : `${(ms / 1000).toPrecision(3)} s`;
}

export function rate(records, bytes, ms) {
  const perSecond = 1000 / ms;
  return `${count(records)} records, ${size(bytes)} in ${time(ms)}: ${count(records * perSecond)} records/s, ${size(bytes * perSecond)}/s`;
}

/** The value below which a part of the sorted values lies. */
export function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

const MEANINGS = [
  [/\.log$/, 'record batches, byte for byte as Kafka writes them; the name is the first offset'],
  [/\.index$/, 'offset → position in the .log, an entry every 4 KiB'],
  [/\.timeindex$/, 'timestamp → offset'],
  [/\.txnindex$/, 'aborted transactions'],
  [/\.snapshot$/, 'what producers have sent, to know a repeated batch'],
  [/^leader-epoch-checkpoint$/, 'which leader began at which offset'],
  [/^partition\.metadata$/, "the topic's id"],
  [/^meta\.properties$/, 'whose directory this is'],
  [/^millrace-topics\.json$/, 'topics and their settings; Kafka passes it over'],
  [/^recovery-point-offset-checkpoint$/, 'from where to look after a crash'],
  [/^log-start-offset-checkpoint$/, 'where partitions begin whose first records were deleted'],
  [/^\.kafka_cleanshutdown$/, 'nothing to recover'],
  [/^\.lock$/, 'held by the one process that writes'],
];

/** Prints what lies in a data directory: its own files, those of one partition, and the other partitions in one line each. */
export function listFiles(directory, partitionInFull) {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) if (!entry.isDirectory()) listFile(directory, entry.name, '');
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const folder = join(directory, entry.name);
    const names = readdirSync(folder).sort();
    const total = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    line(`${entry.name}/`, total, `${names.length} files`);
    if (entry.name === partitionInFull) for (const name of names) listFile(folder, name, '  ');
  }
}

function listFile(folder, name, indent) {
  const meaning = MEANINGS.find(([pattern]) => pattern.test(name))?.[1] ?? '';
  line(indent + name, statSync(join(folder, name)).size, meaning);
}

function line(name, bytes, meaning) {
  console.log(`  ${name.padEnd(36)} ${size(bytes).padStart(10)}  ${meaning}`);
}
