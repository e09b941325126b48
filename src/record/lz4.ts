/**
 * lz4 as Kafka has it: the LZ4 frame format 1.5.1 (`Lz4BlockOutputStream` in Kafka), numbers little-endian.
 *
 *    04 22 4D 18 | FLG | BD | [content size u64] [dictionary id u32] | header checksum | blocks | 00 00 00 00 | [content checksum u32]
 *    block: size u32, top bit set when stored | bytes | [block checksum u32]
 *
 * What is written is byte for byte the frame that Kafka writes around each block: blocks of 64 KiB that do not depend on one another
 * (Java clients refuse others), no checksums but the header's, which is constant for such a frame. What is read may be any frame; the
 * library that inflates it has no bound, so the blocks are walked first.
 */
import type * as Lz4 from 'lz4-napi';
import { inflatesBeyond, notValid } from './codec.ts';
import { lazily, requirePackage } from '../lazy-module.ts';

const lz4 = lazily(() => requirePackage('lz4-napi') as typeof Lz4);

/** Version 1, independent blocks; at most 64 KiB each; the second byte of XXH32 over these two. */
const FRAME_HEADER = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82]);
const END_MARK = Buffer.alloc(4);
const BLOCK_BYTES_MAX = 64 * 1024;
const STORED_BIT = 0x8000_0000;

const FLG_BLOCK_CHECKSUM = 0x10;
const FLG_CONTENT_SIZE = 0x08;
const FLG_CONTENT_CHECKSUM = 0x04;
const FLG_DICTIONARY = 0x01;
/** The library puts the inflated size, a u32, before a block. */
const SIZE_PREFIX = 4;

export function compressLz4(bytes: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [FRAME_HEADER];
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES_MAX) {
    const plain = Buffer.from(
      bytes.buffer as ArrayBuffer,
      bytes.byteOffset + from,
      Math.min(BLOCK_BYTES_MAX, bytes.length - from),
    );
    const packed = lz4().compressSync(plain).subarray(SIZE_PREFIX);
    const stored = packed.length >= plain.length;
    const size = Buffer.alloc(4);
    size.writeUInt32LE(stored ? (plain.length | STORED_BIT) >>> 0 : packed.length);
    pieces.push(size, stored ? plain : packed);
  }
  pieces.push(END_MARK);
  return Buffer.concat(pieces);
}

export function decompressLz4(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const frame = Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const end = checkFrame(frame, maxBytes);
  // As in Kafka the first frame is all there is.
  return lz4().decompressFrameSync(frame.subarray(0, end));
}

/** Walks a frame and adds up what its blocks inflate to; returns where the frame ends. */
function checkFrame(frame: Buffer, maxBytes: number): number {
  if (frame.length < FRAME_HEADER.length || frame.readUInt32LE(0) !== FRAME_HEADER.readUInt32LE(0)) {
    throw notValid('lz4', 'no frame header');
  }
  const flags = frame[4];
  if (flags >>> 6 !== 1) throw notValid('lz4', `frame version ${flags >>> 6}, expected 1`);
  if ((flags & FLG_DICTIONARY) !== 0) throw notValid('lz4', 'a frame that needs a dictionary');
  const blockBytesMax = blockBytesMaxOf(frame[5]);
  const trailer = (flags & FLG_BLOCK_CHECKSUM) === 0 ? 0 : 4;
  let position = FRAME_HEADER.length + ((flags & FLG_CONTENT_SIZE) === 0 ? 0 : 8);
  let inflatedSize = 0;
  for (;;) {
    if (position + 4 > frame.length) throw notValid('lz4', `a frame cut short at ${frame.length} bytes`);
    const word = frame.readUInt32LE(position);
    position += 4;
    if (word === 0) break;
    const stored = word >= STORED_BIT;
    const size = stored ? word - STORED_BIT : word;
    if (size > blockBytesMax || size > frame.length - position) {
      throw notValid('lz4', `a block of ${size} bytes with ${frame.length - position} left`);
    }
    inflatedSize += stored ? size : blockInflatedSize(frame, position, position + size);
    if (inflatedSize > maxBytes) throw inflatesBeyond('lz4', maxBytes);
    position += size + trailer;
  }
  if ((flags & FLG_CONTENT_CHECKSUM) !== 0) position += 4;
  if (position > frame.length) throw notValid('lz4', `a frame cut short at ${frame.length} bytes`);
  return position;
}

function blockBytesMaxOf(descriptor: number): number {
  const code = (descriptor >>> 4) & 0x07;
  if (code < 4) throw notValid('lz4', `block size code ${code}, expected 4 to 7`);
  return 2 ** (8 + 2 * code);
}

/** Adds up the sequences of one block: literals and matches, each with a length in a token's nibble and bytes of 255 after it. */
function blockInflatedSize(bytes: Uint8Array, position: number, end: number): number {
  let total = 0;
  while (position < end) {
    const token = bytes[position++];
    let literals = token >>> 4;
    if (literals === 15) {
      let byte = 255;
      while (byte === 255 && position < end) {
        byte = bytes[position++];
        literals += byte;
      }
    }
    total += literals;
    position += literals;
    // The last sequence ends after its literals.
    if (position >= end) break;
    position += 2;
    let match = token & 0x0f;
    if (match === 15) {
      let byte = 255;
      while (byte === 255 && position < end) {
        byte = bytes[position++];
        match += byte;
      }
    }
    total += match + 4;
  }
  return total;
}
