/**
 * What a group has seen of its topics, in 64 bits, as Kafka works it out (KIP-1101; Utils.computeTopicHash): when it is another number, the group assigns anew, so that
 * a group that moves between Kafka and here does so without cause only where racks are known.
 *
 *     topic   XXH3 of  0 i8 | id, each half i64 | name in UTF-16, its units i32 | partitions i32 | each partition's index i32
 *     group   XXH3 of the topics' hashes i64, in the order of their names; 0 without topics
 *
 * all of it little-endian.
 */
import type { IHasher } from 'hash-wasm';
import type * as HashWasm from 'hash-wasm';
import { lazily, requirePackage } from '../../lazy-module.ts';
import { assert } from '../../assert.ts';
import type { GroupTopic, GroupTopics } from './group-topics.ts';

const MAGIC = 0;
const UNIT_SIZE = 2;
const INT_SIZE = 4;
const LONG_SIZE = 8;

const hashWasm = lazily(() => requirePackage('hash-wasm') as typeof HashWasm);

export class TopicsHash {
  #hasher: IHasher | null = null;
  #preparing: Promise<void> | null = null;
  readonly #topics: GroupTopics;
  /** By topic ids, of topics with so many partitions. */
  readonly #known = new Map<string, { readonly partitionCount: number; readonly hash: bigint }>();
  #version = -1;

  constructor(topics: GroupTopics) {
    this.#topics = topics;
  }

  /** To be awaited before the first use. */
  prepare(): Promise<void> {
    this.#preparing ??= hashWasm()
      .createXXHash3()
      .then((hasher) => void (this.#hasher = hasher));
    return this.#preparing;
  }

  /** Of those that exist. */
  of(names: ReadonlySet<string>): bigint {
    if (this.#version !== this.#topics.version) this.#known.clear();
    this.#version = this.#topics.version;
    const hashes: bigint[] = [];
    for (const name of [...names].sort()) {
      const topic = this.#topics.find(name);
      if (topic !== null) hashes.push(this.#ofTopic(topic));
    }
    if (hashes.length === 0) return 0n;
    const bytes = Buffer.allocUnsafe(hashes.length * LONG_SIZE);
    for (const [i, hash] of hashes.entries()) bytes.writeBigInt64LE(hash, i * LONG_SIZE);
    return this.#hash(bytes);
  }

  #ofTopic(topic: GroupTopic): bigint {
    const known = this.#known.get(topic.id);
    if (known?.partitionCount === topic.partitionCount) return known.hash;
    const hash = this.#hash(bytesOf(topic));
    this.#known.set(topic.id, { partitionCount: topic.partitionCount, hash });
    return hash;
  }

  #hash(bytes: Buffer): bigint {
    assert(this.#hasher !== null, 'a hash that is not prepared');
    return Buffer.from(this.#hasher.init().update(bytes).digest('binary')).readBigInt64BE();
  }
}

function bytesOf({ id, name, partitionCount }: GroupTopic): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 2 * LONG_SIZE + name.length * UNIT_SIZE + (2 + partitionCount) * INT_SIZE);
  const uuid = Buffer.from(id, 'base64url');
  let position = bytes.writeInt8(MAGIC);
  for (const half of [0, LONG_SIZE]) position = bytes.writeBigInt64LE(uuid.readBigInt64BE(half), position);
  position += bytes.write(name, position, 'utf16le');
  position = bytes.writeInt32LE(name.length, position);
  position = bytes.writeInt32LE(partitionCount, position);
  for (let index = 0; index < partitionCount; index++) position = bytes.writeInt32LE(index, position);
  return bytes;
}
