/**
 * Writers that wait: each appends a record, waits until it is on stable storage, and goes on. And what they are held against: a loop that
 * does nothing but write to a reserved file and call fdatasync.
 */
import fs from 'node:fs';
import { native } from '#millrace/native.js';
import { KIB, MIB } from './data.mjs';
import { quantile } from './rounds.mjs';

/** What a flush of the baseline has to write. Writers share it, so that a flush for all of them has about as much. */
export const DIRTY_BYTES = 16 * KIB;

/**
 * `writers` write to `logs` in turn for `timeMs`; writer w begins at log w. Returns acknowledgements a second, and the 99th percentile of a
 * wait in milliseconds.
 */
export async function writeDurably(logs, { writers, timeMs }) {
  const value = Buffer.alloc(Math.floor(DIRTY_BYTES / writers), 1);
  const waits = [];
  const began = performance.now();
  const until = began + timeMs;
  const write = async (writer) => {
    for (let turn = writer; performance.now() < until; turn += writers) {
      const asked = performance.now();
      await logs[turn % logs.length].append([{ value }]).durable;
      waits.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  const elapsed = performance.now() - began;
  return { rate: (waits.length * 1000) / elapsed, p99: quantile(waits, 0.99) };
}

/**
 * The least that a flush can be: one write and one `fdatasync` in a file whose bytes all have a block. Blocks were never written, so that the
 * file system must note for each that now they were; or, with `isWritten`, they were, and a flush has nothing to do but write.
 */
export class SyncBaseline {
  #path;
  #isWritten;
  #size;
  #fd;
  #bytes = Buffer.alloc(DIRTY_BYTES, 1);
  #at = 0;

  /** `size` bytes are written before a new file is made. */
  constructor(path, { isWritten = false, size = 64 * MIB } = {}) {
    this.#path = path;
    this.#isWritten = isWritten;
    this.#size = size;
    this.#open();
  }

  /** Dirties and syncs for `timeMs`. Returns flushes a second, and the 99th percentile of one in milliseconds. */
  run(timeMs) {
    const times = [];
    const began = performance.now();
    while (performance.now() < began + timeMs) {
      const asked = performance.now();
      this.dirty();
      this.sync();
      times.push(performance.now() - asked);
    }
    return { rate: (times.length * 1000) / (performance.now() - began), p99: quantile(times, 0.99) };
  }

  dirty(bytes = DIRTY_BYTES) {
    if (this.#at + bytes > this.#size) {
      this.close();
      this.#open();
    }
    native.write(this.#fd, this.#path, this.#bytes, 0, bytes, this.#at);
    this.#at += bytes;
  }

  sync() {
    native.fdatasync(this.#fd, this.#path);
  }

  close() {
    native.close(this.#fd, this.#path);
    fs.unlinkSync(this.#path);
  }

  #open() {
    this.#fd = native.open(this.#path, 'w+');
    native.reserve(this.#fd, this.#path, this.#size);
    this.#at = 0;
    if (this.#isWritten) {
      const piece = Buffer.alloc(MIB, 2);
      for (let at = 0; at < this.#size; at += MIB) native.write(this.#fd, this.#path, piece, 0, MIB, at);
    }
    // The file's name and size are no part of what is timed.
    native.fsync(this.#fd, this.#path);
  }
}
