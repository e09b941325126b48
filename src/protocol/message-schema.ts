/**
 * One message, a request or a response, in all its versions: the door to its codecs, which are made when a version is first read or written.
 *
 * The bytes here are the message alone. What stands before it on a connection, its length and a header, is request-frame.ts's and
 * response-frame.ts's to write.
 */
import { MillraceError } from '../errors.ts';
import type { Fields, ReadOf, WriteOf } from './field.ts';
import { MessageCodec } from './message-codec.ts';
import { layoutOf, type StructLayout } from './message-layout.ts';
import { MessageWriter } from './message-writer.ts';

export interface VersionRange {
  readonly min: number;
  readonly max: number;
  /** The first version with compact lengths and tagged fields; Infinity if there is none. */
  readonly flexibleSince: number;
}

export class MessageSchema<F extends Fields = Fields> {
  /** "Fetch request". */
  readonly name: string;
  readonly fields: F;
  readonly versions: VersionRange;
  readonly #codecs: MessageCodec[] = [];

  constructor(name: string, fields: F, versions: VersionRange) {
    this.name = name;
    this.fields = fields;
    this.versions = versions;
  }

  isFlexible(version: number): boolean {
    return version >= this.versions.flexibleSince;
  }

  /** What the message is in this version. */
  layout(version: number): StructLayout {
    return layoutOf(this.fields, version, this.isFlexible(version));
  }

  /** The message that all of `bytes` is; strings aside, bytes in it are views. Throws ERR_MILLRACE_CORRUPT if it is none. */
  decode(version: number, bytes: Uint8Array): ReadOf<F> {
    return this.#codec(version).read(bytes) as ReadOf<F>;
  }

  /** The message that `bytes` begin with, whatever comes after it. */
  decodeStart(version: number, bytes: Uint8Array): ReadOf<F> {
    return this.#codec(version).read(bytes, true) as ReadOf<F>;
  }

  /** The message's bytes, as pieces to be sent one after another. */
  encode(version: number, message: WriteOf<F>): Uint8Array[] {
    const writer = new MessageWriter();
    this.write(version, message, writer);
    return writer.pieces();
  }

  /** Writes the message behind what stands in a writer already. */
  write(version: number, message: WriteOf<F>, writer: MessageWriter): void {
    this.#codec(version).write(message, writer);
  }

  #codec(version: number): MessageCodec {
    return (this.#codecs[version] ??= this.#newCodec(version));
  }

  #newCodec(version: number): MessageCodec {
    const { min, max } = this.versions;
    if (!Number.isInteger(version) || version < min || version > max) {
      throw new MillraceError(
        'ERR_MILLRACE_UNSUPPORTED',
        `a ${this.name} has versions ${min} to ${max}, and none of ${version}`,
      );
    }
    return new MessageCodec(this.layout(version), `a ${this.name}, version ${version}`);
  }
}
