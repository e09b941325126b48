/** What the tests of framings share: a sink that keeps, and cutting in pieces of a given size. */
import type { ByteSource } from '#millrace/cli/produce/byte-source.js';
import { FrameInput } from '#millrace/cli/produce/frame-input.js';
import type { Framing, FrameSink } from '#millrace/cli/produce/framing.js';

/** Frames as text with their numbers, refused ones with the reason. */
export class KeptFrames implements FrameSink {
  readonly taken: [number, string][] = [];
  readonly refused: [number, string][] = [];

  take(frame: Buffer, number: number): void {
    this.taken.push([number, frame.toString('latin1')]);
  }

  refuse(number: number, reason: string): void {
    this.refused.push([number, reason]);
  }
}

export function bytesSource(bytes: Buffer): ByteSource {
  let at = 0;
  return {
    size: bytes.length,
    async fill(buffer, position) {
      const copied = bytes.copy(buffer, position, at);
      at += copied;
      return copied;
    },
    close: async () => undefined,
  };
}

/** Everything that `framing` makes of `bytes` when they come `chunkBytes` at a time. */
export async function cut(framing: Framing, bytes: Buffer | string, chunkBytes: number): Promise<KeptFrames> {
  const kept = new KeptFrames();
  const input = new FrameInput({ source: bytesSource(Buffer.from(bytes)), framing, chunkBytes });
  while (await input.next(kept));
  return kept;
}
