/**
 * Reads records of `__consumer_offsets` where they stand, for loads: the fields of the last key and the last value are there until the next ones are read,
 * nothing is allocated for a record, and names that come again are the same strings. The format is drawn in offset-commit-format.ts.
 *
 * Never looks past the end of a key or a value: ERR_MILLRACE_CORRUPT for one that ends in the middle of a field or lacks what it needs.
 */
import { MillraceError } from '../errors.ts';
import { readInt16, readInt32, readInt64 } from '../protocol/integers.ts';
import { UUID_SIZE, ZERO_UUID } from '../protocol/uuid.ts';
import { RepeatedText } from './repeated-text.ts';

export const OFFSET_KEY_VERSION_MAX = 1;
export const OFFSET_VALUE_VERSION_MAX = 4;
export const TOPIC_ID_TAG = 0;
const GROUP_KEY_VERSIONS = [2, 3];
const EXPIRING = 1;
const FLEXIBLE = 4;
const VARINT_BYTES_MAX = 5;

export class OffsetRecordReader {
  group = '';
  topic = '';
  partition = 0;
  offset = 0;
  leaderEpoch = -1;
  metadata = '';
  commitTimestamp = 0;
  expireTimestamp = -1;
  topicId: string | null = null;

  readonly #groups = new RepeatedText();
  readonly #topics = new RepeatedText();
  readonly #metadata = new RepeatedText();
  readonly #ids = new RepeatedText('base64url');
  #what = '';
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #position = 0;
  #end = 0;

  /** False for a key that is about something else, or that only a later Kafka knows. */
  readKey(bytes: Buffer, start: number, size: number): boolean {
    if (size < 0) throw new MillraceError('ERR_MILLRACE_CORRUPT', 'a record of __consumer_offsets has no key');
    this.#begin('a key', bytes, start, size);
    const version = readInt16(bytes, this.#take(2));
    if (version < 0 || version > OFFSET_KEY_VERSION_MAX) return false;
    this.group = this.#text(this.#groups, readInt16(bytes, this.#take(2)));
    this.topic = this.#text(this.#topics, readInt16(bytes, this.#take(2)));
    this.partition = readInt32(bytes, this.#take(4));
    return true;
  }

  /** Whether the key is that of a group itself, of either protocol: its name is `group` then. */
  readGroupKey(bytes: Buffer, start: number, size: number): boolean {
    this.#begin('a key', bytes, start, size);
    if (!GROUP_KEY_VERSIONS.includes(readInt16(bytes, this.#take(2)))) return false;
    this.group = this.#text(this.#groups, readInt16(bytes, this.#take(2)));
    return true;
  }

  /** False for a value of a version that only a later Kafka knows. */
  readValue(bytes: Buffer, start: number, size: number): boolean {
    this.#begin('a value', bytes, start, size);
    const version = readInt16(bytes, this.#take(2));
    if (version < 0 || version > OFFSET_VALUE_VERSION_MAX) return false;
    this.offset = readInt64(bytes, this.#take(8));
    this.leaderEpoch = version >= 3 ? readInt32(bytes, this.#take(4)) : -1;
    const size16 = version >= FLEXIBLE ? this.#varint() - 1 : readInt16(bytes, this.#take(2));
    this.metadata = this.#text(this.#metadata, size16);
    this.commitTimestamp = readInt64(bytes, this.#take(8));
    this.expireTimestamp = version === EXPIRING ? readInt64(bytes, this.#take(8)) : -1;
    this.topicId = null;
    if (version >= FLEXIBLE) this.#tags();
    return true;
  }

  #begin(what: string, bytes: Buffer, start: number, size: number): void {
    this.#what = what;
    this.#bytes = bytes;
    this.#start = start;
    this.#position = start;
    this.#end = start + size;
  }

  #text(repeated: RepeatedText, size: number): string {
    if (size < 0) throw this.#corrupt('has null where it needs a string');
    return repeated.read(this.#bytes, this.#take(size), size);
  }

  #tags(): void {
    for (let left = this.#varint(); left > 0; left--) {
      const tag = this.#varint();
      const size = this.#varint();
      const start = this.#take(size);
      if (tag !== TOPIC_ID_TAG) continue;
      if (size < UUID_SIZE) throw this.#corrupt(`has a topic id of ${size} bytes`);
      const id = this.#ids.read(this.#bytes, start, UUID_SIZE);
      this.topicId = id === ZERO_UUID ? null : id;
    }
  }

  #varint(): number {
    let value = 0;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.#bytes[this.#take(1)];
      // By multiplication: a shift would make the thirty-second bit a sign.
      value += (byte & 0x7f) * 2 ** (7 * count);
      if (byte < 0x80) return value;
    }
    throw this.#corrupt('has an unsigned varint of more than 32 bits');
  }

  #take(size: number): number {
    const start = this.#position;
    if (size > this.#end - start) throw this.#corrupt(`ends in the middle of a field at byte ${start - this.#start}`);
    this.#position = start + size;
    return start;
  }

  #corrupt(found: string): MillraceError {
    const size = this.#end - this.#start;
    return new MillraceError('ERR_MILLRACE_CORRUPT', `${this.#what} of __consumer_offsets of ${size} bytes ${found}`);
  }
}
