/**
 * Appends small records now and then, each with the moment of its append in it, for who follows from another process. Moments are those of the
 * monotonic clock, which all processes of a machine share. Started by tail.mjs: says `ready`, begins when it is told to, and ends when it is told to.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openStore } from 'millrace';
import { KIB } from './data.mjs';
import { randomNumbers } from './random-numbers.mjs';

const { way, path, appends, gapMs, valueSize } = JSON.parse(process.argv[2]);
/** Twice the mean gap at most, to a hundredth of a millisecond. */
const next = randomNumbers(200 * gapMs);

/** A value that begins with the moment when it was made, in nanoseconds. */
function moment() {
  const value = Buffer.alloc(valueSize);
  value.writeBigUInt64LE(process.hrtime.bigint());
  return value;
}

const ways = {
  /** A log, with a roll now and then. */
  async log() {
    const store = await openStore(path);
    await store.createTopic('tailed', { config: { 'segment.bytes': 64 * KIB } });
    const log = store.partition('tailed', 0);
    return { append: () => log.append([{ value: moment() }]), close: () => store.close() };
  },
  /** A plain file, for who is told of changes by the system. */
  async file() {
    const fd = openSync(path, 'a');
    return { append: () => writeSync(fd, moment()), close: async () => closeSync(fd) };
  },
};

const writer = await ways[way]();
process.once('disconnect', () => process.exit(1));
process.send('ready');
await new Promise((begin) => process.once('message', begin));
for (let i = 0; i < appends; i++) {
  await setTimeout(next() / 100);
  writer.append();
}
await new Promise((ended) => process.once('message', ended));
await writer.close();
process.exit();
