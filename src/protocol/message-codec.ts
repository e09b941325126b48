/**
 * Reads and writes one message in one version, by code made of its layout; where the process may not make code, by the interpreter. Either way
 * the same comes out, errors too: made code only sees that something is wrong, and the interpreter, asked then, says what.
 */
import { assert } from '../assert.ts';
import { isMillraceError } from '../errors.ts';
import { canMakeCode } from './code-lines.ts';
import './kept-shapes.ts';
import { interpretBytes, interpretMessage } from './interpreter.ts';
import type { StructLayout } from './message-layout.ts';
import { bufferOf } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { makeReader, type MadeReader } from './reader-code.ts';
import { makeWriter, type MadeWriter } from './writer-code.ts';

export class MessageCodec {
  readonly #layout: StructLayout;
  /** "a Fetch request, version 12": for errors. */
  readonly #what: string;
  #reader: MadeReader | null = null;
  #writer: MadeWriter | null = null;

  constructor(layout: StructLayout, what: string) {
    this.#layout = layout;
    this.#what = what;
  }

  /** The message that all of `bytes` is; with `mayGoOn`, the one that they begin with. Throws ERR_MILLRACE_CORRUPT. */
  read(bytes: Uint8Array, mayGoOn = false): object {
    if (canMakeCode) {
      const message = this.#madeReader()(bufferOf(bytes));
      if (message !== undefined) return message;
    }
    // Made code knows no bytes that go on: they are rare.
    const message = interpretBytes(this.#layout, bytes, `${this.#what},`, mayGoOn);
    assert(!canMakeCode || mayGoOn, 'what made code refused, the interpreter did not:', this.#what);
    return message;
  }

  /** Throws ERR_MILLRACE_INVALID_ARGUMENT or ERR_MILLRACE_TOO_LARGE; the writer is of no use then. */
  write(message: object, writer: MessageWriter): void {
    if (!canMakeCode) {
      interpretMessage(this.#layout, message, this.#what, writer);
      return;
    }
    writer.isFlexible = this.#layout.isFlexible;
    try {
      if (this.#madeWriter()(writer, message)) return;
    } catch (error) {
      // A string that is too long: the interpreter tells which.
      if (!isMillraceError(error)) throw error;
    }
    interpretMessage(this.#layout, message, this.#what, new MessageWriter());
    assert(false, 'what made code refused, the interpreter did not:', this.#what);
  }

  #madeReader(): MadeReader {
    return (this.#reader ??= makeReader(this.#name('read'), this.#layout));
  }

  #madeWriter(): MadeWriter {
    return (this.#writer ??= makeWriter(this.#name('write'), this.#layout));
  }

  /** `readFetchRequest12`: seen in profiles. */
  #name(verb: string): string {
    const words = this.#what.replace(/^an? /, '').match(/\w+/g) ?? [];
    const nouns = words.filter((word) => word !== 'version');
    return verb + nouns.map((word) => word[0].toUpperCase() + word.slice(1)).join('');
  }
}
