/**
 * How bytes are cut into frames, each of which is to become a record.
 *
 * A framing sees the bytes in pieces: what it has not taken it is shown again, with more behind it. A frame that is longer than the bound is
 * refused as soon as that is known, and its bytes are passed over as they come, so that memory stays bounded.
 */

/** Who gets the frames. `number` counts them from 1 on, refused ones too: for lines, the line. */
export interface FrameSink {
  /** The view is good until `split` returns. */
  take(frame: Buffer, number: number): void;
  refuse(number: number, reason: string): void;
}

export interface Framing {
  /** What a frame is called in messages. */
  readonly noun: string;
  /** Hands on every whole frame in [start, end) of `buffer`; returns where the first one begins that is not whole. */
  split(buffer: Buffer, start: number, end: number, sink: FrameSink): number;
  /** Nothing comes after [start, end) of `buffer`, which `split` has left. */
  finish(buffer: Buffer, start: number, end: number, sink: FrameSink): void;
}

export function tooLong(bound: number): string {
  return `is longer than the ${bound} bytes that max.message.bytes allows (ERR_MILLRACE_TOO_LARGE)`;
}
