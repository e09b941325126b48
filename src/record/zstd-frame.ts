/**
 * A walk over zstd frames (RFC 8878) that inflates nothing: whether they are whole, and whether the memory that they ask for, the
 * window and the content, stays in bounds. Numbers are little-endian.
 *
 *    28 B5 2F FD | descriptor | [window descriptor] | [dictionary id] | [content size] | blocks | [checksum u32]
 *    block: header u24 = size << 3 | type << 1 | last; type 0 raw, 1 one byte repeated, 2 compressed
 */
import { inflatesBeyond, notValid } from './codec.ts';

const MAGIC = 0xfd2f_b528;
/** Sixteen magics from here on are frames to skip: a u32 size and that many bytes. */
const SKIPPABLE_MAGIC = 0x184d_2a50;
/** What a decoder must allow a frame at the least; smaller bounds would refuse honest data. */
const WINDOW_BYTES_MIN = 8 * 1024 * 1024;
const BLOCK_BYTES_MAX = 128 * 1024;

/**
 * The frames in `bytes` that hold data, one by one, since the runtime inflates only the first and is silent about the others. Throws
 * `ERR_MILLRACE_CORRUPT` for what is not whole frames, `ERR_MILLRACE_TOO_LARGE` for frames that claim more than `maxBytes`.
 */
export function zstdFrames(bytes: Uint8Array, maxBytes: number): Uint8Array[] {
  const frame = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  if (frame.length === 0) throw notValid('zstd', 'no frame');
  let position = 0;
  let known = 0;
  while (position < frame.length) {
    need(frame, position, 5);
    const magic = frame.readUInt32LE(position);
    if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE_MAGIC) {
      need(frame, position, 8);
      const size = 8 + frame.readUInt32LE(position + 4);
      need(frame, position, size);
      position += size;
      continue;
    }
    if (magic !== MAGIC) throw notValid('zstd', `a frame that begins with 0x${magic.toString(16)}`);
    const header = readFrameHeader(frame, position + 4);
    known += header.contentSize;
    if (known > maxBytes || header.windowSize > Math.max(maxBytes, WINDOW_BYTES_MIN))
      throw inflatesBeyond('zstd', maxBytes);
    const end = skipBlocks(frame, header.position, maxBytes) + header.checksumSize;
    if (end > frame.length) throw cutShort(frame);
    frames.push(frame.subarray(position, end));
    position = end;
  }
  return frames;
}

interface FrameHeader {
  /** Where the blocks begin. */
  readonly position: number;
  readonly windowSize: number;
  /** 0 when the frame does not say. */
  readonly contentSize: number;
  readonly checksumSize: number;
}

function readFrameHeader(frame: Buffer, start: number): FrameHeader {
  const descriptor = frame[start];
  const singleSegment = (descriptor & 0x20) !== 0;
  const contentSizeCode = descriptor >>> 6;
  const contentSizeSize = contentSizeCode === 0 ? (singleSegment ? 1 : 0) : 1 << contentSizeCode;
  const dictionarySize = [0, 1, 2, 4][descriptor & 0x03];
  if ((descriptor & 0x08) !== 0) throw notValid('zstd', 'a reserved bit of the frame header is set');
  let position = start + 1;
  need(frame, position, (singleSegment ? 0 : 1) + dictionarySize + contentSizeSize);
  let windowSize = 0;
  if (!singleSegment) {
    const base = 2 ** (10 + (frame[position] >>> 3));
    windowSize = base + (base / 8) * (frame[position] & 0x07);
    position++;
  }
  for (let i = 0; i < dictionarySize; i++) {
    if (frame[position + i] !== 0) throw notValid('zstd', 'a frame that needs a dictionary');
  }
  position += dictionarySize;
  let contentSize = 0;
  if (contentSizeSize === 1) contentSize = frame[position];
  else if (contentSizeSize === 2) contentSize = frame.readUInt16LE(position) + 256;
  else if (contentSizeSize === 4) contentSize = frame.readUInt32LE(position);
  else if (contentSizeSize === 8) contentSize = Number(frame.readBigUInt64LE(position));
  return {
    position: position + contentSizeSize,
    windowSize: singleSegment ? contentSize : windowSize,
    contentSize,
    checksumSize: (descriptor & 0x04) === 0 ? 0 : 4,
  };
}

/** Returns where the last block of a frame ends. What raw and repeated blocks inflate to is in their headers. */
function skipBlocks(frame: Buffer, position: number, maxBytes: number): number {
  let inflatedSize = 0;
  for (;;) {
    need(frame, position, 3);
    const word = frame.readUIntLE(position, 3);
    const type = (word >>> 1) & 0x03;
    const size = word >>> 3;
    if (type === 3 || size > BLOCK_BYTES_MAX) throw notValid('zstd', `a block of type ${type} and ${size} bytes`);
    position += 3;
    const stored = type === 1 ? 1 : size;
    need(frame, position, stored);
    position += stored;
    if (type !== 2) inflatedSize += size;
    if (inflatedSize > maxBytes) throw inflatesBeyond('zstd', maxBytes);
    if ((word & 1) === 1) return position;
  }
}

function need(frame: Buffer, position: number, size: number): void {
  if (position + size > frame.length) throw cutShort(frame);
}

function cutShort(frame: Buffer): Error {
  return notValid('zstd', `a frame cut short at ${frame.length} bytes`);
}
