/** A floor: the same frames as framed-writes.mjs, by a write stream: what a Node program writes first. One `write` an append. */
import fs from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

const LENGTH_SIZE = 4;
const MIB = 2 ** 20;

export async function open({ directory, records }) {
  const path = join(directory, 'log');
  const stream = fs.createWriteStream(path, { highWaterMark: 1 * MIB });
  await once(stream, 'open');
  const step = LENGTH_SIZE + records[0].value.length;
  return {
    append() {
      // The stream keeps it until it is written, so each has a buffer of its own.
      const buffer = Buffer.allocUnsafe(step * records.length);
      let at = 0;
      for (const { value } of records) {
        buffer.writeUInt32BE(value.length, at);
        value.copy(buffer, at + LENGTH_SIZE);
        at += LENGTH_SIZE + value.length;
      }
      if (!stream.write(buffer)) return once(stream, 'drain');
    },
    /** All that was given so far is written when the callback of an empty write is called. */
    finish: promisify((done) => stream.write('', done)),
    read(sequence) {
      const fd = fs.openSync(path);
      const frame = Buffer.alloc(step);
      fs.readSync(fd, frame, 0, step, sequence * step);
      fs.closeSync(fd);
      return frame.subarray(LENGTH_SIZE, LENGTH_SIZE + frame.readUInt32BE());
    },
    close: () => new Promise((settle) => stream.end(settle)),
  };
}
