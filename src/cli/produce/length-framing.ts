/**
 * Frames with their length before them:
 *
 *     length   4 bytes, unsigned, big-endian
 *     bytes    so many
 */
import { bufferView } from '../../record/buffer-view.ts';
import { type Framing, type FrameSink, tooLong } from './framing.ts';

const LENGTH_SIZE = 4;

export class LengthFraming implements Framing {
  readonly noun = 'frame';
  readonly #bytesMax: number;
  #number = 0;
  /** Bytes still to come of a frame that was refused. */
  #skip = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  split(buffer: Buffer, start: number, end: number, sink: FrameSink): number {
    const { buffer: memory, byteOffset } = buffer;
    let position = this.#pass(start, end);
    while (end - position >= LENGTH_SIZE) {
      const length = buffer.readUInt32BE(position);
      const from = position + LENGTH_SIZE;
      if (length > this.#bytesMax) {
        sink.refuse(++this.#number, tooLong(this.#bytesMax));
        this.#skip = length;
        position = this.#pass(from, end);
        continue;
      }
      if (length > end - from) break;
      sink.take(bufferView(memory, byteOffset + from, length), ++this.#number);
      position = from + length;
    }
    return position;
  }

  finish(_buffer: Buffer, start: number, end: number, sink: FrameSink): void {
    // One that was too long has been refused already.
    if (this.#skip === 0 && start < end) sink.refuse(++this.#number, 'is cut off: the input ends inside it');
  }

  #pass(position: number, end: number): number {
    const passed = Math.min(this.#skip, end - position);
    this.#skip -= passed;
    return position + passed;
  }
}
