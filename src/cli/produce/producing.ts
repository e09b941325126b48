/** The loop of `millrace produce`: a buffer of frames, their records, their appends, and the next buffer. */
import { setImmediate } from 'node:timers/promises';
import type { Progress } from '../progress.ts';
import type { FrameInput } from './frame-input.ts';
import type { FrameSink } from './framing.ts';
import type { RecordMaker } from './record-maker.ts';
import type { Refusals } from './refusals.ts';
import type { TopicWriter } from './topic-writer.ts';

export interface ProducingOptions {
  readonly input: FrameInput;
  readonly make: RecordMaker;
  readonly writer: TopicWriter;
  readonly refusals: Refusals;
  readonly progress: Progress;
  /** Wait for stable storage before more is read. */
  readonly durable: boolean;
  readonly signal: AbortSignal;
}

/** Settles at the end of the input, or when the signal ends. */
export async function produceAll(options: ProducingOptions): Promise<void> {
  const { input, make, writer, refusals, progress, durable, signal } = options;
  const sink: FrameSink = {
    take(frame, number) {
      const record = make(frame);
      if (record === null) return;
      if (typeof record === 'string') refusals.refuse(number, record);
      else writer.add(record, number);
    },
    refuse: (number, reason) => refusals.refuse(number, reason),
  };
  let more = true;
  while (more && !signal.aborted) {
    try {
      more = await input.next(sink);
    } catch (error) {
      // Whoever ended the signal took the input away.
      if (!signal.aborted) throw error;
    }
    writer.flush();
    if (durable) await writer.durable();
    progress.update(input.bytesRead);
    // Let signals and the store's own work in.
    await setImmediate();
  }
}
