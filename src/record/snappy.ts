/**
 * snappy as Kafka has it: the stream format of xerial's snappy-java, not Google's framing format.
 *
 *    82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version i32 = 1 | oldest compatible version i32 = 1 | blocks
 *    block: size i32 | raw snappy, of at most 32 KiB before compression
 *
 * Some clients send one raw snappy block without all that; both are read, the first is written. Raw snappy begins with its inflated
 * size as an unsigned varint, so the bound is checked over all blocks before any is inflated.
 */
import type * as Snappy from 'snappy';
import { inflatesBeyond, notValid } from './codec.ts';
import { lazily, requirePackage } from '../lazy-module.ts';

const snappy = lazily(() => requirePackage('snappy') as typeof Snappy);

const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const STREAM_HEADER_SIZE = MAGIC.length + 8;
const BLOCK_BYTES_MAX = 32 * 1024;
/** Three bytes copy at most 64: what claims to inflate further than this lies. */
const RATIO_MAX = 22;

export function compressSnappy(bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(STREAM_HEADER_SIZE);
  MAGIC.copy(header);
  header.writeInt32BE(1, 8);
  header.writeInt32BE(1, 12);
  const pieces: Buffer[] = [header];
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES_MAX) {
    const block = snappy().compressSync(bytes.subarray(from, from + BLOCK_BYTES_MAX));
    const size = Buffer.alloc(4);
    size.writeInt32BE(block.length);
    pieces.push(size, block);
  }
  return Buffer.concat(pieces);
}

export function decompressSnappy(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const blocks = startsWithMagic(bytes, 0) ? streamBlocks(bytes) : [bytes];
  let inflatedSize = 0;
  for (const block of blocks) {
    const size = declaredSize(block);
    if (size > block.length * RATIO_MAX) throw notValid('snappy', `a block of ${block.length} bytes claims ${size}`);
    inflatedSize += size;
    if (inflatedSize > maxBytes) throw inflatesBeyond('snappy', maxBytes);
  }
  const pieces = blocks.map((block) => snappy().uncompressSync(block) as Buffer);
  return pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
}

/** The raw blocks of a stream; streams may follow one another, each with its header. */
function streamBlocks(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Uint8Array[] = [];
  let position = 0;
  while (position < bytes.length) {
    if (startsWithMagic(bytes, position)) {
      position += STREAM_HEADER_SIZE;
      if (position > bytes.length) throw notValid('snappy', 'a stream header is cut short');
      continue;
    }
    if (position + 4 > bytes.length) throw notValid('snappy', `${bytes.length - position} bytes after the last block`);
    const size = view.getInt32(position);
    const start = position + 4;
    if (size <= 0 || size > bytes.length - start) {
      throw notValid('snappy', `a block of ${size} bytes with ${bytes.length - start} left`);
    }
    blocks.push(bytes.subarray(start, start + size));
    position = start + size;
  }
  return blocks;
}

function startsWithMagic(bytes: Uint8Array, position: number): boolean {
  if (bytes.length - position < MAGIC.length) return false;
  for (let i = 0; i < MAGIC.length; i++) {
    if (bytes[position + i] !== MAGIC[i]) return false;
  }
  return true;
}

/** The inflated size at the head of a raw block: an unsigned varint of at most 32 bits. */
function declaredSize(block: Uint8Array): number {
  let size = 0;
  for (let i = 0; i < 5 && i < block.length; i++) {
    size += (block[i] & 0x7f) * 2 ** (7 * i);
    if (block[i] < 0x80) return size;
  }
  throw notValid('snappy', 'a block without its inflated size');
}
