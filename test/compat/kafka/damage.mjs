/**
 * What a power cut does to the tail of a log and a SIGKILL alone does not (the page cache outlives the process): bytes that never
 * reached the disk. Used on the killed fixture, where the README says so.
 */
import { closeSync, openSync, readdirSync, readFileSync, ftruncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Positions and sizes of the batches of a .log file that is whole, by their length fields alone. */
export function batchesOf(path) {
  const bytes = readFileSync(path);
  const batches = [];
  for (let position = 0; position + 12 <= bytes.length;) {
    const size = 12 + bytes.readInt32BE(position + 8);
    if (size < 61 || position + size > bytes.length) throw new Error(`${path}: no batch at ${position}`);
    const baseOffset = Number(bytes.readBigInt64BE(position));
    const lastOffset = baseOffset + bytes.readInt32BE(position + 23);
    batches.push({ position, size, baseOffset, lastOffset });
    position += size;
  }
  return batches;
}

/** Names of the .log files of a partition directory, oldest first. */
export function logsOf(directory) {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .sort();
}

function edit(path, change) {
  const fd = openSync(path, 'r+');
  try {
    change(fd);
  } finally {
    closeSync(fd);
  }
}

/** One kind of loss for each of some partitions; the others keep what the kill left. */
const losses = {
  'codecs-0': {
    what: 'the last 7 bytes of the last batch are missing',
    change: (fd, last) => ftruncateSync(fd, last.position + last.size - 7),
  },
  'codecs-1': {
    what: 'only 30 bytes of the last batch, half its header, are there',
    change: (fd, last) => ftruncateSync(fd, last.position + 30),
  },
  'codecs-2': {
    what: 'the second half of the last batch is zeros',
    change: (fd, last) => {
      const half = last.size >> 1;
      writeSync(fd, Buffer.alloc(last.size - half), 0, last.size - half, last.position + half);
    },
  },
  'codecs-3': {
    what: '300 zero bytes stand after the last batch',
    change: (fd, last) => writeSync(fd, Buffer.alloc(300), 0, 300, last.position + last.size),
  },
};

/** Damages partitions of a log directory and returns what was done, for the fixture's damage.json. */
export function damageTails(logDir) {
  return Object.entries(losses).map(([partition, { what, change }]) => {
    const name = logsOf(join(logDir, partition)).findLast(
      (log) => readFileSync(join(logDir, partition, log)).length > 0,
    );
    const path = join(logDir, partition, name);
    const last = batchesOf(path).at(-1);
    edit(path, (fd) => change(fd, last));
    return { partition, file: name, lastBatch: last, what };
  });
}
