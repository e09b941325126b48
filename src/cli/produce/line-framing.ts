/** Frames that end with a line feed. A carriage return before it is a byte of the frame; the last line needs no line feed. */
import { bufferView } from '../../record/buffer-view.ts';
import { type Framing, type FrameSink, tooLong } from './framing.ts';

const LINE_FEED = 10;

export class LineFraming implements Framing {
  readonly noun = 'line';
  readonly #bytesMax: number;
  #number = 0;
  /** Inside a line that was refused. */
  #skipping = false;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  split(buffer: Buffer, start: number, end: number, sink: FrameSink): number {
    const { buffer: memory, byteOffset } = buffer;
    // What lies behind the end is of an earlier piece: a line feed there means nothing.
    const bytes = bufferView(memory, byteOffset, end);
    let position = start;
    if (this.#skipping) {
      const feed = bytes.indexOf(LINE_FEED, position);
      if (feed < 0) return end;
      this.#skipping = false;
      position = feed + 1;
    }
    for (;;) {
      const feed = bytes.indexOf(LINE_FEED, position);
      if (feed < 0) break;
      this.#number++;
      if (feed - position > this.#bytesMax) sink.refuse(this.#number, tooLong(this.#bytesMax));
      else sink.take(bufferView(memory, byteOffset + position, feed - position), this.#number);
      position = feed + 1;
    }
    if (end - position <= this.#bytesMax) return position;
    this.#number++;
    this.#skipping = true;
    sink.refuse(this.#number, tooLong(this.#bytesMax));
    return end;
  }

  finish(buffer: Buffer, start: number, end: number, sink: FrameSink): void {
    if (this.#skipping || start === end) return;
    sink.take(buffer.subarray(start, end), ++this.#number);
  }
}
