/** The loop of `millrace consume`: partitions in turn, a read of each, until the end, a number of records, or the signal. */
import { setImmediate } from 'node:timers/promises';
import { arrival } from './arrival.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { PartitionReader } from './partition-reader.ts';

/** How often to look for new partitions, and whether the topic is still there, when no records come. */
const LOOK_MS = 1000;

export interface ConsumingOptions {
  /** Grows when `look` finds new partitions. */
  readonly readers: readonly PartitionReader[];
  readonly out: OutputBuffer;
  /** Records to write at most. */
  readonly max: number;
  /** Wait for more at the end; otherwise end where the end was at the beginning. */
  readonly follow: boolean;
  /** Looks for new partitions; throws when the topic has gone. */
  readonly look: () => void;
  readonly signal: AbortSignal;
}

export async function consumeAll(options: ConsumingOptions): Promise<void> {
  const { readers, out, follow, look, signal } = options;
  let left = options.max;
  while (left > 0 && !signal.aborted) {
    let found = false;
    for (const reader of readers) {
      if (left === 0 || (!follow && reader.offset >= reader.endAtStart) || !reader.readOn()) continue;
      found = true;
      left -= await writeRead(reader, left, options);
    }
    if (found) continue;
    if (!follow) break;
    await out.flush();
    await arrival(readers, LOOK_MS, signal);
    if (!signal.aborted) look();
  }
  if (signal.aborted) out.abandon();
  else await out.flush();
}

/** Writes what was read last, at most `most` records; returns how many. */
async function writeRead(reader: PartitionReader, most: number, options: ConsumingOptions): Promise<number> {
  const { out, signal } = options;
  let written = 0;
  if (reader.passesOutput) await out.flush();
  while (reader.isInside && written < most && !signal.aborted) {
    written += reader.write(most - written);
    if (out.isFull) await out.drain();
  }
  // Let signals in: a stream that is a file never waits.
  await setImmediate();
  return written;
}
